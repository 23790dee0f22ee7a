package demo

import (
	"slices"

	"carnet/data"
)

// file is a client with its contacts.
type file struct {
	data.Client
	days     int            // since it was added
	contacts []data.Contact // Client is filled in
	binned   []data.Contact // those that were deleted later
}

// clients returns all clients in the order in which they came, which gives
// them their numbers.
func clients() []file {
	return slices.Concat([]file{lambert}, companies, []file{artisans()}, others)
}

// lambert is the client that tests and screenshots know by heart.
var lambert = file{
	days: 440,
	Client: data.Client{
		Name: "Menuiserie Lambert", Email: "contact@menuiserie-lambert.fr", Kind: data.Company,
		Phone: "04 72 00 11 22", Address: "14 rue des Ateliers\n69007 Lyon",
		SIRET: "812 345 676 00017", VAT: "FR19 812345676",
		Notes: "Livraisons par la cour, avant 10 h.",
	},
	contacts: []data.Contact{
		{Civility: data.Madam, FirstName: "Claire", LastName: "Morel", Role: "Comptable", Email: "claire.morel@menuiserie-lambert.fr", Mobile: "06 12 34 56 78", Favorite: true},
		{Civility: data.Sir, FirstName: "Julien", LastName: "Lambert", Role: "Gérant", Email: "julien@menuiserie-lambert.fr", Mobile: "06 98 76 54 32", Favorite: true},
		{Civility: data.Madam, FirstName: "Aïcha", LastName: "Benali", Role: "Responsable achats", Email: "a.benali@menuiserie-lambert.fr"},
		{Email: "facturation@menuiserie-lambert.fr"},
		{Civility: data.Sir, FirstName: "Louis", LastName: "Petit", Role: "Commercial", Email: "louis.petit@menuiserie-lambert.fr"},
		accountant,
		{Civility: data.Sir, FirstName: "Thomas", LastName: "Girard", Role: "Chef d’atelier", Email: "thomas.girard@menuiserie-lambert.fr", Mobile: "06 55 44 33 22"},
	},
}

// accountant works for two clients.
var accountant = data.Contact{
	Civility: data.Madam, FirstName: "Marie-Hélène", LastName: "de la Fontaine-Saint-Georges", Role: "Expert-comptable",
	Email: "marie-helene.delafontaine@cabinet-expertise-comptable.fr", Phone: "04 78 00 00 00",
}
