package demo

import (
	"fmt"
	"strings"

	"carnet/data"
)

// The federation has so many contacts that lists need pages and filters.
const (
	federation = "Fédération des artisans du Rhône"
	members    = 200
)

// Names of the members. The numbers of first and last names, 25 and 40, have
// 200 as their least common multiple: taken in turn, no pair comes twice.
var (
	// Women and men in turn.
	firstNames = strings.Fields(`Anaïs Bastien Céline Damien Élodie Fabrice Geneviève Hervé Inès Jérôme Karine Loïc Maëlle
		Noël Océane Philippe Raphaëlle Stéphane Thérèse Ulysse Valérie William Yaël Zacharie Zoé`)
	lastNames = strings.Fields(`Abadie Barthélemy Béranger Bœuf Carré Chauvet Corbin D’Hérouville Delorme Duchêne
		Escoffier Fabre Ferreira Gauthier Génin Guérin Hernández Imbert Jacquemin Josserand
		Kowalczyk Lacroix Laforêt Lefèvre Mallet Meunier Nguyễn Noël-Perrin O’Brien Œuvrard
		Pélissier Quéré Rémond Sébastiani Traoré Urbain Vallée Weiß Ybert Zimmermann`)
)

var (
	board = []string{"Présidente", "Vice-président", "Trésorière", "Secrétaire général"}
	// Trades and towns of the other members.
	trades = strings.Fields(`Boulangerie Charpente Chauffage Coiffure Couverture Ébénisterie Électricité Ferronnerie Maçonnerie
		Maroquinerie Mécanique Menuiserie Peinture Plâtrerie Plomberie Serrurerie Tapisserie Vitrerie Zinguerie`)
	towns = strings.Fields("Lyon Villeurbanne Vénissieux Bron Givors Tarare Oullins Écully Brignais Mornant Saint-Priest")
)

// artisans is the federation.
func artisans() file {
	f := file{
		days: 160,
		Client: data.Client{
			Name: federation, Email: "contact@artisans-rhone.example", Kind: data.Company,
			Phone: "04 65 71 70 10", Website: "https://artisans-rhone.example", Address: "21 rue Garibaldi\n69006 Lyon",
			SIRET: "779 912 047 00015", VAT: "FR26 779912047",
		},
	}
	for i := range members {
		f.contacts = append(f.contacts, member(i))
	}
	return f
}

// member returns the i-th contact of the federation. The first are its board,
// and of these three are favorites.
func member(i int) data.Contact {
	first, last := i%len(firstNames), lastNames[i%len(lastNames)]
	c := data.Contact{
		Civility: data.Madam, FirstName: firstNames[first], LastName: last,
		Email:    mailName(firstNames[first]) + "." + mailName(last) + "@artisans-rhone.example",
		Mobile:   fmt.Sprintf("06 39 98 7%d %02d", i/100, i%100),
		Role:     trades[i%len(trades)] + ", " + towns[i%len(towns)],
		Favorite: i < 3,
	}
	if first%2 == 1 {
		c.Civility = data.Sir
	}
	if i < len(board) {
		c.Role = board[i]
	}
	return c
}

// mailName spells a name as addresses have it.
func mailName(name string) string { return strings.ReplaceAll(data.Fold(name), "'", "") }
