'use strict'
// The draft is kept a second after one typed, and before one leaves by a link,
// so that the next page shows it. Only when that failed one is asked.
{
  const $ = s => document.querySelector(s)
  const on = (type, f) => document.addEventListener(type, f)
  const form = $('#mail')

  let later = 0, unkept = false, failed = false, next = null
  const save = () => { clearTimeout(later); later = 0; $('#drafts-state').dispatchEvent(new Event('save')) }
  const soon = () => { clearTimeout(later); later = setTimeout(save, 1000) }
  const loses = () => unkept && !form.dataset.sent
  on('input', e => { if (form?.contains(e.target)) { unkept = true; soon() } })
  on('click', e => {
    const a = e.target.closest('a[href]')
    if (!a || a.target || !loses() || failed || e.button || e.ctrlKey || e.metaKey || e.shiftKey) return
    e.preventDefault()
    next = a.href
    save()
  })
  addEventListener('online', () => { if (loses()) soon() })
  addEventListener('beforeunload', e => { if (loses() && (failed || !navigator.onLine)) e.preventDefault() })
  addEventListener('pagehide', () => {
    if (loses()) navigator.sendBeacon($('#drafts-state').getAttribute('hx-post'), new URLSearchParams(new FormData(form)))
    delete form?.dataset.sent   // Back may bring the page as it is
  })
  for (const type of ['htmx:error', 'htmx:response:error', 'htmx:after:swap']) on(type, e => {
    const { ctx } = e.detail, to = next
    if (!form || !['drafts-state', 'recipients-fields'].includes(ctx?.target?.id)) return
    next = null
    failed = !(ctx.response?.status < 400)
    if (failed) return
    if (!later) unkept = false
    if ($('#drafts-state .link')) history.replaceState(history.state, '', $('#drafts-state').getAttribute('hx-post'))   // Back and reload bring the draft
    if (to) location.assign(to)
  })
  on('htmx:before:request', e => { if (form && e.detail.ctx.sourceElement === form) { clearTimeout(later); later = 0 } })   // it keeps the draft, too
}
