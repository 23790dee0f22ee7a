package demo

import "carnet/data"

// templates are what the agency writes again and again.
var templates = []data.Template{
	{Name: "Envoi d’un devis", Language: data.French, Subject: "Votre devis – {{client.nom}}",
		Text: "Bonjour {{contact.prénom}},\n\nVoici le devis dont nous avons parlé. Il est valable trente jours à compter du {{date}}.\n\nJe reste à votre disposition pour toute question."},
	{Name: "Relance de facture", Language: data.French, Subject: "Facture en attente – {{client.numéro}}",
		Text: "Bonjour,\n\nSauf erreur de notre part, votre dernière facture n’est pas encore réglée. Si le paiement est parti entre-temps, merci de ne pas tenir compte de ce message."},
	{Name: "Meeting follow-up", Language: data.English, Subject: "Our meeting",
		Text: "Dear {{contact.first_name}},\n\nThank you for your time. Here is **what we agreed on**:\n\n- \n- \n\nBest regards,"},
}
