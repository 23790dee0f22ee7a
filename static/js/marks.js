'use strict'
// The marks of a text: the toolbar and the keys put them around the selection.
// They are typed, so that undoing takes them back and the draft is kept.
{
  const on = (type, f) => document.addEventListener(type, f)
  const $ = s => document.querySelector(s)
  const around = { b: ['**', '**'], i: ['*', '*'], k: ['[', '](https://)'] }
  const mark = kind => {
    const area = $('#m-text'), { value } = area, [before, after] = around[kind] || ['', '']
    let start = area.selectionStart
    if (!before) start = value.slice(0, start).lastIndexOf('\n') + 1
    const text = value.slice(start, area.selectionEnd).trimEnd()
    let size = text.length
    area.focus()
    area.setSelectionRange(start, start + size)
    document.execCommand('insertText', false, before ? before + text + after : text.replace(/^/gm, '- '))
    if (!before) return
    start += before.length
    if (kind === 'k' && size) { start += size + 2; size = 8 }   // it has its words: now the address
    area.setSelectionRange(start, start + size)
  }
  if ($('.marks')) $('.marks').hidden = false
  on('click', e => { const b = e.target.closest('[data-mark]'); if (b) mark(b.dataset.mark) })
  on('keydown', e => {
    const t = e.target, to = t.dataset?.mark && { ArrowLeft: 'previousElementSibling', ArrowRight: 'nextElementSibling' }[e.key]
    if (to) t[to]?.focus()
    if (t.id !== 'm-text' || !(e.ctrlKey || e.metaKey) || e.altKey || !around[e.key]) return
    e.preventDefault()
    mark(e.key)
  })
}
