package demo

import "carnet/data"

// others are public bodies, an individual, and a client that nobody was added
// to yet.
var others = []file{
	{
		days: 150,
		Client: data.Client{
			Name: "Mairie de Saint-Aubin-en-Beaujolais", Email: "accueil@mairie-saint-aubin.example", Kind: data.Administration,
			Phone: "04 65 71 80 10", Website: "https://mairie-saint-aubin.example", Address: "Hôtel de ville\n1 place de la Mairie\n69460 Saint-Aubin-en-Beaujolais",
			SIRET: "216 908 996 00012", Notes: "Factures par Chorus Pro uniquement.",
		},
		contacts: []data.Contact{
			{Civility: data.Madam, FirstName: "Françoise", LastName: "Perrachon", Role: "Maire", Email: "maire@mairie-saint-aubin.example"},
			{Civility: data.Sir, FirstName: "Pierre-Yves", LastName: "Chapuis", Role: "Directeur général des services", Email: "py.chapuis@mairie-saint-aubin.example", Phone: "04 65 71 80 12", Favorite: true},
			{Civility: data.Madam, FirstName: "Chloé", LastName: "Thévenet", Role: "Communication", Email: "c.thevenet@mairie-saint-aubin.example", Mobile: "06 39 98 80 13", Favorite: true},
			{Civility: data.Sir, FirstName: "Noël", LastName: "Dumoulin", Role: "Adjoint à la culture", Email: "n.dumoulin@mairie-saint-aubin.example"},
			{Civility: data.Madam, FirstName: "Rachida", LastName: "El Amrani", Role: "Marchés publics", Email: "r.elamrani@mairie-saint-aubin.example", Phone: "04 65 71 80 15"},
			{Civility: data.Sir, FirstName: "Maël", LastName: "Jambon", Role: "Services techniques", Email: "m.jambon@mairie-saint-aubin.example", Mobile: "06 39 98 80 16"},
			{Email: "etat-civil@mairie-saint-aubin.example", Role: "État civil"},
			{Email: "urbanisme@mairie-saint-aubin.example", Role: "Urbanisme"},
			{Email: "mediatheque@mairie-saint-aubin.example"},
			{Email: "comptabilite@mairie-saint-aubin.example"},
		},
	},
	{
		days: 120,
		Client: data.Client{
			Name: "Communauté de communes du Pays-de-Brume, du Val-d’Ormont et des Hautes-Combes", Kind: data.Administration,
			Phone: "04 65 71 90 10", Address: "Maison de l’intercommunalité\n9 avenue Julien\n63000 Clermont-Ferrand",
			SIRET: "200 089 373 00019", Notes: "Pas d’adresse générale : passer par les services.",
		},
		contacts: []data.Contact{
			{Civility: data.Sir, FirstName: "Anselme", LastName: "Bonnefoy", Role: "Président", Email: "president@cc-brume-ormont-combes.example"},
			{Civility: data.Madam, FirstName: "Véronique", LastName: "Chastagnier-Roche", Role: "Directrice générale adjointe chargée de l’aménagement et de l’habitat", Email: "secretariat.direction-generale-adjointe.amenagement@cc-brume-ormont-combes.example", Phone: "04 65 71 90 12", Favorite: true},
			{Civility: data.Sir, FirstName: "Grégory", LastName: "Astier", Role: "Bâtiments", Email: "g.astier@cc-brume-ormont-combes.example", Mobile: "06 39 98 90 13", Favorite: true},
			{Civility: data.Madam, FirstName: "Lætitia", LastName: "Fayolle", Role: "Tourisme", Email: "l.fayolle@cc-brume-ormont-combes.example", Mobile: "06 39 98 90 14"},
			{Civility: data.Sir, FirstName: "Florent", LastName: "Mège", Role: "Voirie", Email: "f.mege@cc-brume-ormont-combes.example"},
			{Civility: data.Madam, FirstName: "Élodie", LastName: "Pourrat", Role: "Petite enfance", Email: "e.pourrat@cc-brume-ormont-combes.example"},
			{Civility: data.Sir, FirstName: "Téo", LastName: "Ollier", Role: "Système d’information", Email: "t.ollier@cc-brume-ormont-combes.example", Phone: "04 65 71 90 17"},
			{Civility: data.Madam, FirstName: "Jacqueline", LastName: "Vigouroux", Role: "Finances", Email: "j.vigouroux@cc-brume-ormont-combes.example", Departed: true},
			{Civility: data.Sir, FirstName: "Marc-Antoine", LastName: "Sauvadet", Role: "Finances", Email: "ma.sauvadet@cc-brume-ormont-combes.example"},
			{FirstName: "Camille", LastName: "Roussel-Brugière", Role: "Stagiaire", Email: "stage.habitat@cc-brume-ormont-combes.example"},
			{Email: "marches@cc-brume-ormont-combes.example", Role: "Commande publique"},
			{Email: "dechets@cc-brume-ormont-combes.example"},
			{Email: "finances@cc-brume-ormont-combes.example", Role: "Service des finances"},
		},
	},
	{
		days: 80,
		Client: data.Client{
			Name: "Noémie Deschamps-Auvray", Email: "noemie.deschamps@courrier-dijon.example", Kind: data.Person,
			Phone: "06 39 98 10 10", Address: "5 rue Musette\n21000 Dijon",
		},
		contacts: []data.Contact{
			{Civility: data.Sir, FirstName: "Rémi", LastName: "Auvray", Role: "Conjoint", Email: "remi.auvray@courrier-dijon.example", Mobile: "06 39 98 10 11"},
		},
	},
	{
		days: 2,
		Client: data.Client{
			Name: "Éditions du Grand Cèdre", Email: "bonjour@grand-cedre.example", Kind: data.Company,
			Phone: "05 36 49 10 10", Website: "https://grand-cedre.example", Address: "40 rue de la Colombette\n31000 Toulouse",
			SIRET: "901 257 436 00013", VAT: "FR43 901257436", Notes: "Rencontrés au salon du livre. À rappeler.",
		},
	},
}
