'use strict'
// What every page needs: the hardening of htmx, the dialog, toasts, the focus,
// the copy buttons, and the question before typed text is thrown away.
// Everything works without it; all HTML comes from the server.
{
  const $ = (s, r = document) => r.querySelector(s)
  const $$ = (s, r = document) => [...r.querySelectorAll(s)]
  const on = (type, f, capture) => document.addEventListener(type, f, capture)
  const body = document.body, modal = $('#modal'), feedback = $('#feedback')

  // One Trusted Types policy; no script from a fragment, nothing evaluated.
  htmx.registerExtension('app', {
    init(api) {
      const policy = window.trustedTypes?.createPolicy('htmx', { createHTML: s => s, createScript: () => '' })
      const no = function () { throw new Error('eval is disabled') }
      api.initSecurity(policy, no, no)
    }
  })

  // A form whose text was changed and not saved yet.
  let dirty = null
  const discards = () => !dirty?.isConnected || confirm(body.dataset.discard)
  on('input', e => { const f = e.target.closest('[data-guard]'); if (f) dirty = f })
  on('submit', e => { if (!e.defaultPrevented) dirty = null })
  on('htmx:before:response', e => { if (e.detail.ctx.hx?.redirect) dirty = null })
  addEventListener('beforeunload', e => { if (dirty?.isConnected) e.preventDefault() })

  // The server tells times in the person's time zone.
  document.cookie = 'tz=' + Intl.DateTimeFormat().resolvedOptions().timeZone + '; path=/; max-age=31536000; samesite=lax' +
    (location.protocol === 'https:' ? '; secure' : '')

  // What is swapped into #modal-body opens the dialog. Toasts and the live
  // region follow it: outside of an open dialog they are inert.
  let opener = null
  const follow = to => to.moveBefore ? to.moveBefore(feedback, null) : to.append(feedback)
  const home = () => modal.open ? $('#modal-title') : $('#see-all') || $('#contacts-block a') || $('#main')
  const close = () => { if (discards()) { dirty = null; modal.close() } }
  on('htmx:before:request', e => {
    const { ctx } = e.detail, from = ctx.sourceElement
    if (ctx.target?.id !== 'modal-body' || modal.open) return
    if ($('main #contacts-list')) {   // a page of its own, and so is what it leads to
      e.preventDefault()
      return from.href ? location.assign(from.href) : from.closest('form').submit()
    }
    opener = from
    $('#modal-body').replaceChildren()
    modal.showModal(); follow(modal)
  })
  modal.addEventListener('cancel', e => { if (e.target === modal && !discards()) e.preventDefault() })
  modal.addEventListener('close', () => {
    follow(body); dirty = null
    ;(opener?.isConnected ? opener : home()).focus(); opener = null
  })
  modal.addEventListener('click', e => { if (!('closedBy' in modal) && e.target === modal) close() })

  // A variable goes where one wrote last.
  let field = null
  on('focusout', e => { if (e.target.matches('[name=subject], textarea')) field = e.target })

  on('click', e => {
    const t = e.target
    if (t.closest('.modal-x')) { e.preventDefault(); close() }
    if (t.closest('[data-dismiss]')) { t.closest('[data-toast]').remove(); home().focus() }
    const insert = t.closest('[data-insert]')
    if (insert) {
      const to = field || $('textarea', insert.form)
      to.setRangeText(insert.dataset.insert, to.selectionStart, to.selectionEnd, 'end')
      to.dispatchEvent(new Event('input', { bubbles: true }))
      to.focus()
    }
    t.closest('.menu-i')?.closest('[popover]')?.hidePopover()
    const copy = t.closest('[data-copy]')
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => toast(body.dataset.copied))
  })
  // What can be undone for so many seconds goes when they are over.
  setInterval(() => $$('[data-seconds]').forEach(t => {
    const n = t.dataset.seconds -= 1, held = t.contains(document.activeElement)
    if (n > 0) return $('.num', t).textContent = n
    t.remove()
    if (held) home().focus()
  }), 1000)
  on('animationend', e => {
    if (e.animationName === 'toast-out') e.target.remove()
    e.target.classList.remove('chip--flash')
  })
  if (navigator.clipboard) body.dataset.copies = ''

  const toast = (text, bad) => {
    $('#toast-js')?.remove()
    const t = document.createElement('div'), p = document.createElement('p'), x = document.createElement('button')
    t.className = 'toast' + (bad ? ' toast--bad' : ''); t.id = 'toast-js'; t.dataset.toast = ''
    p.role = bad ? 'alert' : 'status'
    x.type = 'button'; x.className = 'icon-btn icon-btn--sm'; x.dataset.dismiss = ''
    x.setAttribute('aria-label', body.dataset.close); x.textContent = '×'
    t.append(p, x); $('#toasts').append(t); p.textContent = text
  }

  // What the server could not answer. The page stays as it is.
  const failed = (ctx, text) => {
    if (!ctx) return
    if (ctx.target?.id === 'modal-body' && !$('#modal-body').firstElementChild) modal.close()
    toast(text, true)
  }
  on('htmx:error', e => failed(e.detail.ctx, body.dataset.offline))
  on('htmx:response:error', e => { if (e.detail.ctx.response.status >= 500) failed(e.detail.ctx, body.dataset.error) })

  // The focus never falls back to the body: after a row is gone it goes to the
  // next one, after more rows came to the first of them, else to the title.
  let row = -1, had = false
  on('htmx:before:swap', e => {
    const r = e.detail.ctx.sourceElement?.closest?.('.row, .more'), all = $$('#contacts-rows .row')
    had = document.activeElement !== body
    row = !r ? -1 : r.matches('.more') ? all.length : all.indexOf(r)
  })
  on('htmx:after:swap', e => {
    if (e.detail.ctx.response?.status === 422 && !document.activeElement?.matches('[aria-invalid]')) $('form [aria-invalid=true]')?.focus()
    if (!had || document.activeElement !== body && document.activeElement?.isConnected && document.activeElement !== modal) return
    const rows = $$('#contacts-rows .row')
    const next = row < 0 ? null : rows[row] || rows.at(-1)
    ;(next && $('.row > .icon-btn', next) || home())?.focus()
  })
}
