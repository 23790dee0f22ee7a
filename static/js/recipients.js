'use strict'
// The fields of recipients: when the list shows, which cell is active, what the
// keys do, when what is typed becomes a chip, and where the focus goes. Chips,
// rows and the question are HTML of the server; each button submits the form,
// which htmx sends.
{
  const $ = (s, r = document) => r?.querySelector(s)
  const $$ = (s, r = document) => r ? [...r.querySelectorAll(s)] : []
  const on = (type, f, capture) => document.addEventListener(type, f, capture)
  const form = $('#mail')
  const WHOLE = /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]{2,}$/

  const fieldOf = el => el?.closest?.('[data-recipients]')
  const inputOf = f => $('.rcp-in', f)
  const removers = f => $$('.chip-x', f)
  const isInput = el => el?.classList?.contains('rcp-in')
  const byName = name => $(`[data-recipients="${name}"]`)

  let open = null    // the name of the field whose list shows
  let cell = null    // its active cell
  let after = null   // where the focus goes after the next swap: f(field) → element
  let keep = false   // the list stays open after the next swap
  let sent = {}      // what was typed when the request left

  const show = name => {
    if (open && open !== name) hide()
    const f = byName(name)
    if (!f) return
    open = name
    f.classList.add('open')
    inputOf(f).setAttribute('aria-expanded', 'true')
  }
  const hide = () => {
    const f = byName(open)
    open = null
    activate(null, f)
    f?.classList.remove('open')
    inputOf(f)?.setAttribute('aria-expanded', 'false')
  }
  const activate = (c, f = fieldOf(c)) => {
    $$('.is-active', form).forEach(x => x.classList.remove('is-active'))
    cell = c
    const input = f && inputOf(f)
    if (!c) return input?.removeAttribute('aria-activedescendant')
    c.classList.add('is-active')
    input.setAttribute('aria-activedescendant', c.id)
    c.closest('.opt').scrollIntoView({ block: 'nearest' })
  }
  const step = (f, by) => {
    const cells = $$(cell?.classList.contains('opt-s') ? '.opt-s[id]' : '.opt-m', f)
    const i = cells.indexOf(cell)
    if (cells.length) activate(cells[i < 0 ? (by > 0 ? 0 : cells.length - 1) : (i + by + cells.length) % cells.length])
  }
  // What is committed leaves the field at once, so that one types on meanwhile;
  // a word that is no address stays, for the server to look up.
  const commit = f => {
    const input = inputOf(f)
    if (input.value.includes('@')) {
      const typed = document.createElement('input')
      Object.assign(typed, { type: 'hidden', name: f.dataset.recipients + '_typed', value: input.value })
      input.before(typed)
      input.value = ''
    }
    $(`#recipients-commit-${f.dataset.recipients}`).click()
  }
  on('htmx:error', () => $$('[name$=_typed]', form).forEach(typed => {
    const input = inputOf(fieldOf(typed))
    input.value = typed.value + ' ' + input.value
    typed.remove()
  }))
  const stay = f => inputOf(f)

  // While the button of the mouse is down nothing may move, or the click would
  // miss what it is aimed at: what closes or commits waits until it is up.
  let pressed = null
  const settled = act => pressed ? pressed.push(act) : act()
  on('mouseup', () => { const acts = pressed; pressed = null; acts?.forEach(act => act()) })
  const left = () => { if (open && fieldOf(document.activeElement) !== byName(open)) hide() }

  on('mousedown', e => {
    pressed = []
    const f = fieldOf(e.target)
    if (!f) return settled(() => open && hide())
    if (e.target.closest('.pop')) return e.preventDefault()   // the caret stays in the field
    if (!e.target.closest('[data-box]') || e.target.closest('.chip')) return
    if (!isInput(e.target)) e.preventDefault()
    inputOf(f).focus()
    show(f.dataset.recipients)
  })
  on('focusin', () => settled(left))
  if ($('.rcp-in[autofocus]', form) && !$('.chip', form)) show('to')   // nobody is filled in: here is who could be
  on('focusout', e => {
    const f = fieldOf(e.target), to = e.relatedTarget
    if (e.target.classList?.contains('chip-edit')) {
      if (!after && e.target.isConnected) settled(() => { after = () => to; $(`#recipients-done-${f.dataset.recipients}`)?.click() })
    } else if (isInput(e.target) && WHOLE.test(e.target.value.trim()) && fieldOf(to) !== f && to?.id !== 'messages-send') {
      settled(() => { after = () => to; commit(f) })
    }
  })
  on('input', e => { if (isInput(e.target)) { activate(null, fieldOf(e.target)); show(fieldOf(e.target).dataset.recipients) } })
  on('paste', e => {
    if (!isInput(e.target)) return
    const text = e.clipboardData.getData('text')
    if (!text.includes('@')) return
    e.preventDefault()
    e.target.setRangeText(text.trim().replace(/\s*[\r\n]+\s*/g, '; '), e.target.selectionStart, e.target.selectionEnd, 'end')
    after = stay
    commit(fieldOf(e.target))
  })
  on('click', e => {
    const x = e.target.closest('.chip-x'), f = fieldOf(e.target)
    if (x) {
      const i = removers(f).indexOf(x)
      after = f => removers(f)[i] || removers(f)[i - 1] || inputOf(f)
    } else if (e.target.closest('.sug, .opt')) {
      after = stay
      keep = !!e.target.closest('.opt')
    }
    const more = e.target.closest('.rcp-more .btn')
    if (more) { const [name] = more.value.split(' '); after = () => inputOf(byName(name)) }
    if (e.target.closest('.rcp-foot')) after = stay
    if (e.target.closest('[name=force]')) $('#m-text').focus()   // the button goes
  }, true)

  const chipKeys = (e, b) => {
    const f = fieldOf(b), same = $$(b.classList.contains('chip-x') ? '.chip-x' : '.chip-b', f), i = same.indexOf(b)
    if (e.key === 'ArrowLeft') same[Math.max(0, i - 1)].focus()
    else if (e.key === 'ArrowRight') (same[i + 1] || inputOf(f)).focus()
    else if (e.key === 'Delete' || e.key === 'Backspace') $('.chip-x', b.closest('.chip')).click()
    else if (e.key === 'F2') $('.chip-b', b.closest('.chip'))?.click()
    else if (e.key.length === 1 && e.key !== ' ' && !e.ctrlKey && !e.metaKey) return inputOf(f).focus()
    else return
    e.preventDefault()
  }
  const editKeys = (e, t) => {
    if (e.key !== 'Enter' && e.key !== 'Escape') return
    e.preventDefault()
    if (e.key === 'Escape') t.value = t.dataset.was
    const f = fieldOf(t), i = $$('.chip', f).indexOf(t.closest('.chip'))
    after = f => $('.chip-b', $$('.chip', f)[i]) || inputOf(f)
    $(`#recipients-done-${f.dataset.recipients}`).click()
  }
  const inputKeys = (e, t) => {
    const f = fieldOf(t), name = f.dataset.recipients, text = t.value.trim(), start = !t.selectionStart && !t.selectionEnd
    const last = removers(f).at(-1)
    switch (e.key) {
      case 'ArrowDown': case 'ArrowUp': show(name); step(f, e.key === 'ArrowDown' ? 1 : -1); break
      case 'ArrowLeft':
        if (cell) { const s = $('.opt-s[id]', cell.closest('.opt')); if (s) activate(s) }
        else if (start && last) last.focus()
        else return
        break
      case 'ArrowRight': if (!cell) return; activate($('.opt-m', cell.closest('.opt'))); break
      case 'Enter':
        if (cell) { after = stay; $('button', cell).click() }
        else if (text) { after = stay; commit(f) }
        break
      case ',': case ';': if (!text || t.selectionStart < t.value.length) return; after = stay; commit(f); break
      case ' ': if (!WHOLE.test(text)) return; after = stay; commit(f); break
      case 'Escape': {
        const ignore = $('[data-ignore]', f), typed = $('.sug-w--typed .sug', f)
        if (open && !typed) hide()
        else if (ignore) { after = stay; ignore.click() }
        else return
        break
      }
      case 'Tab': {   // into the question, when it shows
        const into = f => $('.sug :is(button, input:not([type=hidden]))', f) || inputOf(f)
        if (e.shiftKey || !$('.sug', f)) return
        if (WHOLE.test(text)) { after = into; commit(f) } else into(f).focus()
        break
      }
      case 'Backspace': if (!start || !last) return; last.focus(); break
      default: return
    }
    e.preventDefault()
  }
  on('keydown', e => {
    const t = e.target
    if (!form?.contains(t) || e.isComposing) return
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); return $('#messages-send').click() }
    if (t.matches('.chip-x, .chip-b')) return chipKeys(e, t)
    if (t.matches('.chip-edit')) return editKeys(e, t)
    if (isInput(t)) return inputKeys(e, t)
    if (t.id === 'm-subject' && e.key === 'Enter') { e.preventDefault(); return $('#m-text').focus() }
    if (t.closest('.sug')) {
      if (e.key === 'Escape') { e.preventDefault(); $('[data-ignore]', fieldOf(t)).click() }
      if (e.key === 'Enter' && t.type === 'text') { e.preventDefault(); $('[data-create]', fieldOf(t)).click() }
    }
  })

  // A request that waited for another leaves with what the form holds by then.
  on('htmx:before:request', e => {
    const { ctx } = e.detail
    if (!form || ctx.sourceElement !== form) return
    if (form.dataset.sent) return e.preventDefault()   // the second of two clicks on Envoyer
    const body = new FormData(form), by = ctx.request.submitter
    if (by?.name) body.append(by.name, by.value)
    ctx.request.body = new URLSearchParams(body)
    sent = Object.fromEntries($$('.rcp-in', form).map(i => [i.name, i.value]))
  })
  on('htmx:before:response', e => { if (e.detail.ctx.hx?.redirect && form) form.dataset.sent = 1 })
  const ofOptions = ctx => ctx?.target?.id?.startsWith('recipients-options')
  let was = null
  on('htmx:before:swap', e => {
    const { ctx } = e.detail
    if (ofOptions(ctx)) {   // an answer to what is not typed any more
      const input = inputOf(fieldOf(ctx.target))
      if (ctx.request.body.get(input.name) !== input.value) e.preventDefault()
    }
    was = { open, cell: cell?.id }
  })
  on('htmx:after:swap', e => {
    const { ctx } = e.detail, options = ofOptions(ctx)
    if (!form || !was || !options && ctx?.target?.id !== 'recipients-fields') return
    if (!options) {
      // What was typed since the request left is kept, behind what the server left.
      for (const i of $$('.rcp-in', form)) {
        const was = sent[i.name] ?? i.value
        i.value = i.defaultValue + (i.value.startsWith(was) ? i.value.slice(was.length).trimStart() : i.value)
      }
      const to = after && after(byName(was.open) || byName('to'))
      after = null
      if (to?.isConnected && document.activeElement !== to) to.focus()
    }
    const edit = document.activeElement
    if (edit.matches('.chip-edit')) edit.setSelectionRange(edit.value.length, edit.value.length)
    const f = byName(was.open)
    if (!f || !(keep || options) || document.activeElement !== inputOf(f)) return open && hide()
    if (!options) keep = false
    show(was.open)
    const text = inputOf(f).value.trim()
    activate(document.getElementById(was.cell) || options && text && !WHOLE.test(text) && $('.opt-m', f) || null, f)
  })
}
