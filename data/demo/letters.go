package demo

import (
	"time"

	"carnet/data"
)

// server is the relay that took the agency's mails.
const server = "smtp." + domain

// letter is a mail that was sent.
type letter struct {
	client  string                    // the name of the client
	when    func(time.Time) time.Time // it was written, seen from now
	to, cc  string                    // as one types them
	replies map[string]data.Outcome   // by address, of who did not accept it
	subject string
	text    string
}

// What the relay answered.
var (
	accepted = data.Outcome{State: data.Accepted, Code: 250, Reply: "2.0.0 Ok: queued"}
	unknown  = data.Outcome{State: data.Failed, Code: 550,
		Reply: "5.1.1 <p.vandamme@transports-garnier.example>: Recipient address rejected: User unknown in virtual mailbox table"}
	full = data.Outcome{State: data.Queued, Code: 452,
		Reply: "4.2.2 <fournil@epi-dor.example>: Mailbox full, try again later"}
)

// onDay returns an hour ("15:04") of a day so many days before another, where
// the program runs.
func onDay(days int, clock string) func(time.Time) time.Time {
	return func(now time.Time) time.Time {
		hour, _ := time.Parse("15:04", clock) // a bad one is midnight
		y, m, d := now.Date()
		return time.Date(y, m, d-days, hour.Hour(), hour.Minute(), 0, 0, now.Location())
	}
}

// ago returns a time so long before another.
func ago(d time.Duration) func(time.Time) time.Time {
	return func(now time.Time) time.Time { return now.Add(-d) }
}

// letters is what the agency sent, in the order of time: the history of a
// client follows it.
var letters = []letter{
	{client: "Mairie de Saint-Aubin-en-Beaujolais", when: onDay(75, "10:12"),
		to:      "accueil@mairie-saint-aubin.example, Pierre-Yves Chapuis <py.chapuis@mairie-saint-aubin.example>",
		subject: "Signalétique de la salle des mariages",
		text: `Bonjour,

Comme convenu en réunion, voici notre proposition pour la signalétique de la salle des mariages et de son hall.
Les panneaux seraient en hêtre, avec des lettres en relief lisibles du bout des doigts.

Pourriez-vous nous dire si la date du conseil municipal nous laisse le temps d’un essai sur place ?

Camille Roussel
Atelier Horizon`},
	{client: "Société Bréval", when: onDay(61, "16:40"),
		to:      "contact@société-bréval.example, Łukasz Wójcik <l.wojcik@société-bréval.example>",
		subject: "Plan d’éclairage de l’atelier n° 2",
		text: `Bonjour,

Le plan d’éclairage est prêt. Nous avons gardé la verrière et déplacé deux rangées de luminaires au-dessus des établis.

Bien à vous,
Camille Roussel`},
	{client: "Harrow & Finch Ltd", when: onDay(52, "11:05"),
		to: "Eleanor Whitcombe <eleanor@harrow-finch.example>", cc: "Samuel Okafor <samuel@harrow-finch.example>",
		subject: "Lyon showroom: first drawings",
		text: `Dear Eleanor,

The first drawings of the showroom are ready for your comments. The counter now faces the street, as you asked.

Kind regards,
Camille Roussel
Atelier Horizon`},
	{client: "Transports Garnier & Fils", when: onDay(47, "08:55"),
		to:      "contact@transports-garnier.example, Patrick Vandamme <p.vandamme@transports-garnier.example>",
		replies: map[string]data.Outcome{"p.vandamme@transports-garnier.example": unknown},
		subject: "Réaménagement du quai de Lomme",
		text: `Bonjour,

Nous pouvons commencer le quai de Lomme le mois prochain. Il nous manque le sens de circulation des remorques.

Cordialement,
Camille Roussel`},
	{client: "Hôtel-Restaurant Le Cygne", when: onDay(40, "14:30"),
		to:      "Béatrice Montagnier <b.montagnier@hotel-lecygne.example>",
		subject: "Échantillons de tissus pour les chambres",
		text: `Chère Béatrice,

Les échantillons sont partis ce matin par coursier. Ma préférence va au lin bleu pour les chambres qui donnent sur le lac.

À bientôt,
Camille`},
	{client: "Menuiserie Lambert", when: onDay(33, "17:20"),
		to:      "Thomas Girard <thomas.girard@menuiserie-lambert.fr>",
		subject: "Rendez-vous de prise de cotes",
		text: `Bonjour Thomas,

Pouvons-nous passer jeudi à 8 h 30 pour prendre les cotes de la cage d’escalier ? Il nous faut une heure.

Merci,
Camille Roussel`},
	{client: federation, when: onDay(26, "09:45"),
		to:      "Anaïs Abadie <anais.abadie@artisans-rhone.example>, Bastien Barthélemy <bastien.barthelemy@artisans-rhone.example>",
		cc:      "contact@artisans-rhone.example",
		subject: "Stand de la Foire de Lyon : implantation",
		text: `Madame la présidente, Monsieur le vice-président,

L’implantation du stand tient compte de tous les métiers représentés. Les démonstrations ont lieu au centre, pour que chacun les voie.

Nous attendons votre accord avant la fin du mois.

Camille Roussel
Atelier Horizon`},
	{client: "Menuiserie Lambert", when: onDay(20, "10:08"),
		to:      "contact@menuiserie-lambert.fr, Claire Morel <claire.morel@menuiserie-lambert.fr>",
		subject: "Facture F-2026-204",
		text: `Bonjour Claire,

La facture F-2026-204 correspond à l’étude du showroom, acceptée en septembre. Elle est payable à trente jours.

Bonne journée,
Camille Roussel`},
	{client: "Clinique vétérinaire des Œillets", when: onDay(15, "12:15"),
		to:      "Solène Le Guen <s.leguen@clinique-oeillets.example>",
		subject: "Salle d’attente : chats d’un côté, chiens de l’autre",
		text: `Bonjour docteur,

La cloison à claire-voie permet de séparer les deux espaces sans perdre la lumière. Qu’en pensez-vous ?

Camille Roussel`},
	{client: "Menuiserie Lambert", when: onDay(11, "15:32"),
		to:      "Claire Morel <claire.morel@menuiserie-lambert.fr>, Julien Lambert <julien@menuiserie-lambert.fr>",
		subject: "Devis D-2026-118 — escalier chêne",
		text: `Bonjour à tous les deux,

Le devis D-2026-118 reprend l’escalier en chêne, avec le garde-corps que Julien a dessiné. Il est valable trois mois.

Bien cordialement,
Camille Roussel
Atelier Horizon`},
	{client: "Noémie Deschamps-Auvray", when: onDay(6, "18:03"),
		to:      "noemie.deschamps@courrier-dijon.example",
		subject: "Votre cuisine : le point sur le chantier",
		text: `Bonjour Noémie,

Le plan de travail est posé. Le carreleur revient lundi, et nous serons chez vous mardi pour la réception.

Belle soirée,
Camille`},
	{client: "Harrow & Finch Ltd", when: onDay(3, "09:26"),
		to:      "Eleanor Whitcombe <eleanor@harrow-finch.example>, accounts@harrow-finch.example",
		subject: "Showroom: second instalment",
		text: `Dear Eleanor,

The joinery was delivered on Monday, so the second instalment is now due. Everything is on schedule for the opening.

Kind regards,
Camille Roussel`},
	{client: "Boulangerie L’Épi d’Or", when: ago(25 * time.Minute),
		to:      "fournil@epi-dor.example",
		replies: map[string]data.Outcome{"fournil@epi-dor.example": full},
		subject: "Vitrine réfrigérée : date de livraison",
		text: `Bonjour Paul,

La vitrine sera livrée jeudi avant l’ouverture. Deux personnes suffisent pour la mettre en place.

Camille Roussel`},
}
