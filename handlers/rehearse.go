package handlers

import (
	"fmt"
	"time"

	"carnet/data"
)

// rehearse draws every view once with nothing in it: html/template finds its
// mistakes at the first execution, and that is to be at the start.
func (s site) rehearse() error {
	for _, v := range everyView() {
		if _, err := s.views.Fragment(v.Template(), v); err != nil {
			return fmt.Errorf("handlers: %s with nothing in it: %w", v.Template(), err)
		}
	}
	return nil
}

// everyView is each view with as little in it as draws all of its template.
func everyView() []view {
	return []view{
		clientsDelete{}, clientsEdit{}, clientsIndex{}, clientsIndex{Writes: true}, clientsNew{}, clientsRow{}, clientsRows{}, clientsRows{Writes: true}, clientsShow{}, clientsShow{Writes: true},
		contactsAsk{}, contactsBlock{}, contactsBlock{Writes: true}, contactsCount{}, contactsDelete{}, contactsEdit{}, contactsForm{},
		contactsIndex{}, contactsList{}, contactsList{Writes: true}, contactsMain{}, contactsMini{}, contactsNew{}, contactsRange{},
		contactsRow{}, contactsRow{Contact: data.Contact{Favorite: true}}, contactsRow{Writes: true}, contactsRows{}, contactsRows{Writes: true}, contactsStar{},
		annexesIndex{Writes: true}, attachmentsIndex{}, attachmentsList{Files: make([]data.Attachment, 1)}, deliveryStatus{}, demosFull{}, demosNew{}, demosNew{Running: true}, erasuresNew{}, erasuresNew{Also: make([]data.Client, 1)}, eventsIndex{}, eventsList{Events: make([]eventsRow, 1)}, eventsRow{}, draftsIndex{}, draftsRow{}, draftsState{}, draftsState{Stale: true, Unsent: true}, draftsState{Sent: true, Unsent: true}, errorsShow{}, messagesInsert{Templates: make([]data.Template, 1)}, field{Lines: 1}, field{Choices: []choice{{}}}, field{Type: "text"},
		messagesDelivery{Writes: true, Held: true}, messagesIndex{}, messagesList{}, messagesNew{}, messagesRow{}, messagesShow{}, messagesSubject{},
		messagesReader{All: make([]data.Mailbox, 2)}, messagesSend{}, messagesSend{Mails: 2, Each: true}, messagesText{}, outgoingBanner{Captured: true},
		recipientsFields{Diff: &recipientsDiff{Star: make([]data.Contact, 2), Unstar: make([]data.Contact, 1)}}, recipientsCard{}, recipientsCard{Lines: make([]cardLine, 1)}, recipientsCard{Lines: make([]cardLine, 2)},
		recipientsChip{}, recipientsField{Shown: true}, recipientsFields{}, recipientsOption{}, recipientsOptions{},
		factorsCodes{Codes: make([]string, 1)}, factorsShow{}, factorsShow{Secret: "x"}, factorsShow{Factor: data.Factor{Enabled: time.Unix(1, 0)}},
		passkeysDelete{}, passkeysIndex{Passkeys: make([]data.Passkey, 1)}, passkeysIndex{Open: true}, passwordsEdit{},
		resetsDone{}, resetsEdit{}, resetsEdit{Gone: true}, resetsNew{}, resetsNew{Sent: true}, resetsNew{Closed: true},
		securityShow{Sessions: make([]sessionRow, 2)}, sessionsFactor{},
		previewsShow{}, profilesEdit{}, relaysEdit{Checked: true, Steps: make([]relaysStep, 1)}, settingsIndex{Admin: true}, templatesForm{}, templatesIndex{}, templatesIndex{Writes: true}, templatesPreview{},
		copyButton{}, sessionsNew{}, sessionsResume{}, setupNew{}, shell{}, shell{Public: true, User: data.User{ID: "x"}}, toast{}, trashIndex{},
		usersIndex{Users: make([]data.User, 1), Invitations: make([]data.Invitation, 1)}, usersNew{}, usersEdit{}, usersAccess{}, usersDevices{},
		invitationsLink{}, invitationsMade{}, invitationsShow{}, invitationsGone{},
	}
}
