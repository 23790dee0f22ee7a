'use strict'
// Files are sent one after the other, as soon as they are chosen or dropped.
{
  const $ = s => document.querySelector(s)
  const on = (type, f) => document.addEventListener(type, f)
  const form = $('#mail')

  const chooser = $('#attach-files')
  let queue = Promise.resolve()
  const upload = file => new Promise(done => {
    const x = new XMLHttpRequest(), bar = document.createElement('progress'), body = new FormData(), button = $('#attach')
    body.append('page', form.elements.request.value)
    body.append('file', file)
    bar.setAttribute('aria-label', file.name)
    button.before(bar)
    x.upload.onprogress = e => { bar.value = e.loaded / e.total }
    x.onloadend = () => {
      bar.remove()
      if (x.status !== 204) document.dispatchEvent(new CustomEvent('say', { detail: x.status === 422 && x.responseText }))
      $('#attachments-list').dispatchEvent(new Event('refresh'))
      done()
    }
    x.open('POST', button.dataset.to)
    x.setRequestHeader('HX-Request', 'true')
    x.send(body)
  })
  const uploads = files => [...files].forEach(file => { queue = queue.then(() => upload(file)) })
  chooser?.addEventListener('change', () => { uploads(chooser.files); chooser.value = '' })
  on('click', e => { if (e.target.closest('#attach')) { e.preventDefault(); chooser.click() } })
  form?.addEventListener('dragover', e => { if (e.dataTransfer.types.includes('Files')) e.preventDefault() })
  form?.addEventListener('drop', e => { if (e.dataTransfer.files.length) { e.preventDefault(); uploads(e.dataTransfer.files) } })
}
