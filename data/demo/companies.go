package demo

import "carnet/data"

// companies are clients that sell something.
var companies = []file{
	{
		days: 425,
		Client: data.Client{
			Name: "Société Bréval", Email: "contact@société-bréval.example", Kind: data.Company,
			Phone: "04 65 71 20 10", Website: "https://société-bréval.example", Address: "7 rue Ampère\n38000 Grenoble",
			SIRET: "492 038 161 00013", VAT: "FR20 492038161",
		},
		contacts: []data.Contact{
			{Civility: data.Sir, FirstName: "Łukasz", LastName: "Wójcik", Role: "Directeur technique", Email: "l.wojcik@société-bréval.example", Mobile: "06 39 98 20 11", Favorite: true},
			{Civility: data.Madam, FirstName: "Hélène", LastName: "Bréval", Role: "Présidente", Email: "h.breval@société-bréval.example", Mobile: "06 39 98 20 12", Favorite: true},
			{Civility: data.Sir, FirstName: "René", LastName: "Théodore", Role: "Bureau d’études", Email: "rené.théodore@société-bréval.example"},
			{Civility: data.Madam, FirstName: "Nguyễn Thị", LastName: "Lan", Role: "Qualité", Email: "lan.nguyen@société-bréval.example", Phone: "04 65 71 20 14"},
			{Civility: data.Sir, FirstName: "Gökhan", LastName: "Yıldırım", Role: "Chef d’équipe, atelier n° 2", Email: "g.yildirim@société-bréval.example", Mobile: "06 39 98 20 15"},
			{Civility: data.Madam, FirstName: "Ségolène", LastName: "d’Aubigné", Role: "Achats", Email: "achats@société-bréval.example"},
			{Email: "compta@société-bréval.example", Role: "Comptabilité fournisseurs"},
			{Email: "livraisons@société-bréval.example", Phone: "04 65 71 20 18"},
		},
	},
	{
		days: 390,
		Client: data.Client{
			Name: "Boulangerie L’Épi d’Or", Email: "fournil@epi-dor.example", Kind: data.Company,
			Phone: "04 65 71 30 10", Address: "112 cours Émile-Zola\n69100 Villeurbanne",
			SIRET: "804 172 351 00012", VAT: "FR92 804172351", Notes: "Fermé le lundi. Appeler après 14 h.",
		},
		contacts: []data.Contact{
			{Civility: data.Sir, FirstName: "Paul", LastName: "Bréchet", Role: "Boulanger", Email: "fournil@epi-dor.example", Mobile: "06 39 98 30 11", Favorite: true},
			{Civility: data.Madam, FirstName: "Zoé", LastName: "Bréchet", Role: "Boutique", Email: "zoe@epi-dor.example", Mobile: "06 39 98 30 12"},
			{Civility: data.Sir, FirstName: "Mathéo", LastName: "Lopes da Silva", Role: "Pâtissier", Email: "matheo@epi-dor.example"},
			{Email: "commandes@epi-dor.example"},
			accountant,
		},
	},
	{
		days: 340,
		Client: data.Client{
			Name: "Clinique vétérinaire des Œillets", Email: "accueil@clinique-oeillets.example", Kind: data.Company,
			Phone: "02 61 91 40 10", Website: "https://clinique-oeillets.example", Address: "3 boulevard des Œillets\n44000 Nantes",
			SIRET: "539 184 069 00018", VAT: "FR07 539184069",
		},
		contacts: []data.Contact{
			{Civility: data.Madam, FirstName: "Solène", LastName: "Le Guen", Role: "Vétérinaire associée", Email: "s.leguen@clinique-oeillets.example", Mobile: "06 39 98 40 11", Favorite: true},
			{Civility: data.Sir, FirstName: "Erwan", LastName: "Kermarrec", Role: "Vétérinaire associé", Email: "e.kermarrec@clinique-oeillets.example", Mobile: "06 39 98 40 12"},
			{Civility: data.Madam, FirstName: "Maïwenn", LastName: "Cœuret", Role: "Assistante", Email: "m.coeuret@clinique-oeillets.example"},
			{Civility: data.Madam, FirstName: "Ana", LastName: "Núñez Peña", Role: "Vétérinaire", Email: "a.nunez@clinique-oeillets.example", Mobile: "06 39 98 40 14"},
			{Civility: data.Sir, FirstName: "Yannick", LastName: "Hœrter", Role: "Secrétariat", Email: "y.hoerter@clinique-oeillets.example", Phone: "02 61 91 40 15"},
			{FirstName: "Dominique", LastName: "Quéméner", Role: "Entretien", Email: "d.quemener@clinique-oeillets.example"},
			{Email: "urgences@clinique-oeillets.example", Role: "Urgences, nuit et jours fériés", Phone: "02 61 91 40 99"},
			{Email: "factures@clinique-oeillets.example"},
		},
	},
	{
		days: 300,
		Client: data.Client{
			Name: "Hôtel-Restaurant Le Cygne", Email: "direction@hotel-lecygne.example", Kind: data.Company,
			Phone: "04 65 71 50 10", Website: "https://hotel-lecygne.example", Address: "25 quai de la Tournette\n74000 Annecy",
			SIRET: "437 609 126 00010", VAT: "FR96 437609126",
		},
		contacts: []data.Contact{
			{Civility: data.Madam, FirstName: "Béatrice", LastName: "Montagnier", Role: "Directrice", Email: "b.montagnier@hotel-lecygne.example", Mobile: "06 39 98 50 11", Favorite: true},
			{Civility: data.Sir, FirstName: "Aurélien", LastName: "Ferrand", Role: "Chef de cuisine", Email: "cuisine@hotel-lecygne.example", Mobile: "06 39 98 50 12"},
			{Civility: data.Madam, FirstName: "Fatoumata", LastName: "Diarra", Role: "Gouvernante générale", Email: "f.diarra@hotel-lecygne.example", Mobile: "06 39 98 50 13", Favorite: true},
			{Civility: data.Sir, FirstName: "Jean-Baptiste", LastName: "Rey", Role: "Réception", Email: "jb.rey@hotel-lecygne.example", Phone: "04 65 71 50 14"},
			{Civility: data.Madam, FirstName: "Ilse", LastName: "Großmann", Role: "Événements", Email: "i.grossmann@hotel-lecygne.example"},
			{Civility: data.Sir, LastName: "Vasseur", Role: "Maintenance", Email: "maintenance@hotel-lecygne.example"},
			{Civility: data.Madam, FirstName: "Amélie", LastName: "Château-Thierry", Role: "Comptable", Email: "a.chateau@hotel-lecygne.example"},
			{Email: "reservation@hotel-lecygne.example", Role: "Réservations", Phone: "04 65 71 50 18"},
			{Email: "spa@hotel-lecygne.example"},
		},
	},
	{
		days: 240,
		Client: data.Client{
			Name: "Transports Garnier & Fils", Email: "contact@transports-garnier.example", Kind: data.Company,
			Phone: "03 53 01 60 10", Website: "https://transports-garnier.example", Address: "ZA du Marché-aux-Herbes\n18 rue du Long-Pot\n59000 Lille",
			SIRET: "327 841 508 00010", VAT: "FR20 327841508", Notes: "Patrick Vandamme est parti en retraite ; Karima Haddad le remplace.",
		},
		contacts: []data.Contact{
			{Civility: data.Sir, FirstName: "Gérard", LastName: "Garnier", Role: "Président", Email: "g.garnier@transports-garnier.example", Mobile: "06 39 98 60 11"},
			{Civility: data.Sir, FirstName: "Cédric", LastName: "Garnier", Role: "Directeur général", Email: "c.garnier@transports-garnier.example", Mobile: "06 39 98 60 12", Favorite: true},
			{Civility: data.Sir, FirstName: "Patrick", LastName: "Vandamme", Role: "Responsable des quais", Email: "p.vandamme@transports-garnier.example", Favorite: true, Departed: true},
			{Civility: data.Madam, FirstName: "Karima", LastName: "Haddad", Role: "Responsable des quais", Email: "k.haddad@transports-garnier.example", Mobile: "06 39 98 60 14"},
			{Civility: data.Madam, FirstName: "Élise", LastName: "Wattrelos-Lefebvre", Role: "Ressources humaines", Email: "rh@transports-garnier.example"},
			{Civility: data.Sir, FirstName: "Loïc", LastName: "Delannoy", Role: "Exploitation, Lomme", Email: "l.delannoy@transports-garnier.example", Mobile: "06 39 98 60 16"},
			{Civility: data.Sir, FirstName: "Søren", LastName: "Kjærgaard", Role: "Affrètement, Europe du Nord", Email: "s.kjaergaard@transports-garnier.example", Phone: "03 53 01 60 17"},
			{Civility: data.Madam, FirstName: "Océane", LastName: "Dhaene", Role: "Affrètement, France", Email: "o.dhaene@transports-garnier.example", Phone: "03 53 01 60 18"},
			{Civility: data.Sir, FirstName: "Mamadou", LastName: "N’Diaye", Role: "Parc et entretien", Email: "m.ndiaye@transports-garnier.example", Mobile: "06 39 98 60 19"},
			{Civility: data.Madam, FirstName: "Justine", LastName: "Caron", Role: "Comptabilité clients", Email: "j.caron@transports-garnier.example"},
			{Civility: data.Madam, FirstName: "Inès", LastName: "Caron", Role: "Comptabilité fournisseurs", Email: "i.caron@transports-garnier.example"},
			{Email: "exploitation@transports-garnier.example", Role: "Exploitation, jour et nuit", Phone: "03 53 01 60 99"},
			{Email: "facturation@transports-garnier.example"},
		},
		binned: []data.Contact{
			{Civility: data.Sir, FirstName: "Bruno", LastName: "Deschepper", Role: "Intérimaire", Email: "b.deschepper@transports-garnier.example"},
		},
	},
	{
		days: 170,
		Client: data.Client{
			Name: "Harrow & Finch Ltd", Email: "hello@harrow-finch.example", Kind: data.Company, Language: "en",
			Phone: "+44 20 7946 0710", Website: "https://harrow-finch.example", Address: "27 Leake Street\nLondon SE1 7NN\nUnited Kingdom",
			VAT: "GB391740638",
		},
		contacts: []data.Contact{
			{Civility: data.Madam, FirstName: "Eleanor", LastName: "Whitcombe", Role: "Managing Director", Email: "eleanor@harrow-finch.example", Mobile: "+44 7700 900711", Favorite: true},
			{Civility: data.Sir, FirstName: "Samuel", LastName: "Okafor", Role: "Head of Retail", Email: "samuel@harrow-finch.example", Mobile: "+44 7700 900712"},
			{Civility: data.Madam, FirstName: "Siobhán", LastName: "O’Malley", Role: "Visual Merchandising", Email: "siobhan@harrow-finch.example"},
			{Civility: data.Sir, FirstName: "Rhys", LastName: "Llewellyn-Jones", Role: "Procurement", Email: "rhys@harrow-finch.example"},
			{Civility: data.Madam, FirstName: "Priya", LastName: "Raman", Role: "Legal Counsel", Email: "priya@harrow-finch.example", Phone: "+44 20 7946 0715"},
			{Email: "accounts@harrow-finch.example", Role: "Accounts Payable"},
		},
	},
}
