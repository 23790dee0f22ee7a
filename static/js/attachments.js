'use strict'
// Files are sent one after the other, as soon as they are chosen or dropped.
// What sends the mail, or shows it as it leaves, waits for them.
{
  const $ = (s, r = document) => r.querySelector(s)
  const on = (type, f, capture) => document.addEventListener(type, f, capture)
  const form = $('#mail'), rows = $('#uploads'), note = $('#uploads-wait'), button = $('#attach'), chooser = $('#attach-files')
  const queue = []   // what sends each file that is not there yet; the first one is on its way
  let held = null    // the button that was clicked meanwhile

  const hold = (by, words = '') => { held = by; note.textContent = words }
  const drop = row => {
    const focus = row.contains(document.activeElement)
    row.remove()
    if (focus) button.focus()
  }
  const next = () => {
    if (queue.length) return queue[0]()
    const by = held
    if (by) { hold(); (by.isConnected ? by : $('#messages-send')).click() }
  }
  const upload = (file, folder) => {
    const x = new XMLHttpRequest(), row = $('template', rows).content.firstElementChild.cloneNode(true)
    const bar = $('progress', row), part = $('.num', row), why = $('p', row), again = $('.link', row), off = $('.icon-btn', row)
    const draw = n => {
      bar.value = n
      part.textContent = n.toLocaleString(document.documentElement.lang, { style: 'percent' })
    }
    const send = () => {
      const body = new FormData()
      body.append('page', form.elements.request.value)
      body.append('file', file)
      x.open('POST', button.dataset.to)
      x.responseType = 'document'   // a refusal is HTML of the server
      x.setRequestHeader('HX-Request', 'true')
      x.send(body)
    }
    const refuse = (...words) => {
      why.append(...words)
      row.className = 'up-bad'
    }
    const start = () => {
      row.className = ''
      why.textContent = ''
      draw(0)
      if (queue.push(send) === 1) send()
    }
    x.upload.onprogress = e => draw(e.loaded / e.total)
    x.onloadend = () => {
      const there = x.status === 204
      queue.shift()
      if (there || !row.isConnected) $('#attachments-list').dispatchEvent(new Event('refresh'))
      if (there) row.className = 'up-there'
      else if (row.isConnected) {
        const said = $('.toast p', x.response || row)
        refuse(...said ? said.childNodes : [document.body.dataset[x.status ? 'error' : 'offline']])
        if (held) hold(null, note.dataset.held)
      }
      next()
    }
    again.onclick = () => { off.focus(); hold(); start() }
    off.onclick = () => {
      const i = queue.indexOf(send)
      drop(row)
      hold()
      if (i > 0) queue.splice(i, 1)
      else x.abort()
    }
    $('.up-n', row).textContent = bar.ariaLabel = file.name
    for (const b of [again, off]) b.ariaLabel = b.title + ' ' + file.name
    rows.append(row)
    row.scrollIntoView({ block: 'nearest' })
    if (!folder) return start()
    again.remove()
    bar.remove()
    refuse(rows.dataset.folder)
  }
  // Its place is taken by the line of the server's list.
  on('htmx:after:swap', e => {
    if (e.detail.ctx?.target?.id === 'attachments-list') rows?.querySelectorAll('.up-there').forEach(drop)
  })
  on('submit', e => {
    const by = e.submitter
    if (e.target !== form || by?.name === 'op' && by.value !== 'to preview') return
    if (!queue.length) return hold()
    e.preventDefault()
    e.stopImmediatePropagation()
    hold(by, by.dataset.wait || $('#messages-send').dataset.wait)
  }, true)
  addEventListener('beforeunload', e => { if (queue.length) e.preventDefault() })

  chooser?.addEventListener('change', () => { [...chooser.files].forEach(file => upload(file)); chooser.value = '' })
  on('click', e => { if (e.target.closest('#attach')) { e.preventDefault(); chooser.click() } })
  form?.addEventListener('dragover', e => { if (e.dataTransfer.types.includes('Files')) e.preventDefault() })
  form?.addEventListener('drop', e => {
    const items = [...e.dataTransfer.items].filter(item => item.kind === 'file')
    if (!items.length) return
    e.preventDefault()
    form.dispatchEvent(new Event('input', { bubbles: true }))   // as the chooser's own: the draft is kept
    items.forEach(item => upload(item.getAsFile(), item.webkitGetAsEntry()?.isDirectory))
  })
}
