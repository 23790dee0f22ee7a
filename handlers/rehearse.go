package handlers

import (
	"fmt"
	"time"

	"carnet/data"
)

// rehearse draws every view once with nothing in it: html/template finds its
// mistakes at the first execution, and that is to be at the start.
func (h *handlers) rehearse() error {
	for _, v := range everyView() {
		if _, err := h.views.Fragment(v.Template(), v); err != nil {
			return fmt.Errorf("handlers: %s with nothing in it: %w", v.Template(), err)
		}
	}
	return nil
}

// everyView is each view with as little in it as draws all of its template.
func everyView() []view {
	return []view{
		clientsDelete{}, clientsEdit{}, clientsIndex{}, clientsNew{}, clientsRow{}, clientsRows{}, clientsShow{},
		contactsAsk{}, contactsBlock{}, contactsCount{}, contactsDelete{}, contactsEdit{}, contactsForm{},
		contactsIndex{}, contactsList{}, contactsMain{}, contactsMini{}, contactsNew{}, contactsRange{},
		contactsRow{}, contactsRows{}, contactsStar{},
		annexesIndex{}, attachmentsIndex{}, attachmentsList{Files: make([]data.Attachment, 1)}, deliveryStatus{}, draftsIndex{}, draftsRow{}, draftsState{}, draftsState{Stale: true, Unsent: true}, draftsState{Sent: true, Unsent: true}, errorsShow{}, messagesInsert{Templates: make([]data.Template, 1)}, field{Lines: 1}, field{Choices: []choice{{}}}, field{Type: "text"},
		messagesDelivery{}, messagesIndex{}, messagesList{}, messagesNew{}, messagesRow{}, messagesShow{}, messagesSubject{},
		messagesReader{All: make([]data.Mailbox, 2)}, messagesSend{}, messagesSend{Mails: 2, Each: true}, messagesText{}, outgoingBanner{Captured: true},
		recipientsFields{Diff: &recipientsDiff{Star: make([]data.Contact, 2), Unstar: make([]data.Contact, 1)}}, recipientsCard{}, recipientsCard{Lines: make([]cardLine, 1)}, recipientsCard{Lines: make([]cardLine, 2)},
		recipientsChip{}, recipientsField{Shown: true}, recipientsFields{}, recipientsOption{}, recipientsOptions{},
		factorsCodes{Codes: make([]string, 1)}, factorsShow{}, factorsShow{Secret: "x"}, factorsShow{Factor: data.Factor{Enabled: time.Unix(1, 0)}},
		passkeysDelete{}, passkeysIndex{Passkeys: make([]data.Passkey, 1)}, passkeysIndex{Open: true}, passwordsEdit{},
		resetsDone{}, resetsEdit{}, resetsEdit{Gone: true}, resetsNew{}, resetsNew{Sent: true}, resetsNew{Closed: true},
		securityShow{Sessions: make([]sessionRow, 2)}, sessionsFactor{},
		previewsShow{}, profilesEdit{}, relaysEdit{Checked: true, Steps: make([]relaysStep, 1)}, settingsIndex{}, templatesForm{}, templatesIndex{}, templatesPreview{},
		copyButton{}, sessionsNew{}, sessionsResume{}, setupNew{}, shell{}, toast{}, trashIndex{},
	}
}
