// What is asked of every page. Each question answers with what it found, at best with nothing.

const shown = e => e.checkVisibility() && !e.closest('.hidden, .skip, .contents h2, svg title, svg desc')
const texts = function* (within) {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (node.textContent.trim() && shown(node.parentElement)) yield node
  }
}
const told = node => `${node.parentElement.tagName}: ${node.textContent.trim().slice(0, 60)}`

const parse = text => { const p = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number); return p.length > 3 ? p : [...p, 1] }
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
const ground = e => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor)
    if (c[3] > 0.99) return c
  }
  return [255, 255, 255, 1]
}
const contrast = (one, two) => {
  const [a, b] = [light(one), light(two)].sort((x, y) => y - x)
  return (a + 0.05) / (b + 0.05)
}

const checks = {}

// Text that leaves its cell, its drawing or the page, or is cut off.
checks.clipped = () => {
  const wide = document.documentElement.clientWidth, found = [], range = document.createRange()
  const boxes = new Map(), styles = new Map()
  const box = e => boxes.get(e) ?? boxes.set(e, e.getBoundingClientRect()).get(e)
  const flow = e => styles.get(e) ?? styles.set(e, getComputedStyle(e).overflowX).get(e)
  const close = .8  // fractions of a pixel are lost where boxes are rounded
  for (const node of texts(document.body)) {
    range.selectNodeContents(node)
    const parent = node.parentElement, svg = parent.closest('svg')
    for (const rect of range.getClientRects()) {
      if (!rect.width) continue
      if (svg) {
        const [out, grace] = [box(svg), 2]
        if (rect.left < out.left - grace || rect.right > out.right + grace || rect.top < out.top - 4
            || rect.bottom > out.bottom + 4) { found.push(`outside the drawing: ${told(node)}`); break }
        continue
      }
      const cell = parent.closest('td, th')
      if (cell && (rect.right > box(cell).right + close || rect.left < box(cell).left - close)) {
        found.push(`outside its cell: ${told(node)}`); break
      }
      let scrolls = false, cut = false
      for (let e = parent; e && e !== document.body; e = e.parentElement) {
        if (/auto|scroll/.test(flow(e))) scrolls = true
        if (/hidden|clip/.test(flow(e)) && rect.right > box(e).right + close) cut = true
      }
      if (cut || (!scrolls && (rect.right > wide + close || rect.left < -close))) {
        found.push(`cut off: ${told(node)}`); break
      }
    }
  }
  return found.slice(0, 8)
}

// WCAG 1.4.3, where axe-core gives up (it does not look into closed details).
checks.textContrast = () => {
  const found = new Set(), known = new Map()
  for (const node of texts(document.body)) {
    const e = node.parentElement
    if (e.closest('svg')) continue
    if (!known.has(e)) known.set(e, contrast(parse(getComputedStyle(e).color), ground(e)))
    if (known.get(e) < 4.5) found.add(`${e.tagName}.${e.className} ${known.get(e).toFixed(2)}`)
  }
  return [...found].slice(0, 8)
}

// WCAG 1.4.11: marks that carry a number, not the grid behind them; where the number stands in or beside
// the mark (steps of answers, washes) the mark need not be told from the page.
checks.markContrast = () => {
  const quiet = '[class*=likert], [class*=heat], .f-faint, .s-faint, .f-grid, .s-grid, .f-surface, .s-surface, ' +
    '.f-accent-soft, .s-accent-soft, .halo, .quiet'
  const found = new Set()
  for (const mark of document.querySelectorAll('svg :is(path, line, polyline, polygon, circle, rect, ellipse)')) {
    if (mark.closest(quiet)) continue
    const style = getComputedStyle(mark), page = ground(mark.closest('svg'))
    const paints = [style.fill, style.stroke].filter(one => one !== 'none').map(parse).filter(one => one[3] > .5)
    const best = Math.max(...paints.map(one => contrast(one, page)))
    if (paints.length && best < 3) found.add(`${mark.tagName}.${mark.getAttribute('class')} ${best.toFixed(2)}`)
  }
  return [...found].slice(0, 8)
}

// WCAG 2.5.8: at least 24 by 24 pixels, except for links within a sentence.
checks.smallTargets = () => {
  const found = []
  for (const e of document.querySelectorAll('a[href], summary')) {
    if (!e.checkVisibility() || e.closest('.skip')) continue
    const inline = getComputedStyle(e).display === 'inline' && e.parentElement.textContent.trim() !== e.textContent.trim()
    const box = e.getBoundingClientRect()
    if (!inline && (box.height < 23.9 || box.width < 24)) found.push(`${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)
  }
  return found.slice(0, 8)
}

// WCAG 3.1.2: Chinese within an English page is marked as Chinese.
checks.foreign = () => {
  const own = document.documentElement.lang.startsWith('zh'), found = []
  for (const node of texts(document.body)) {
    const chinese = /\p{Script=Han}/u.test(node.textContent)
    const said = node.parentElement.closest('[lang]').lang.startsWith('zh')
    if (chinese && !said) found.push(told(node))
  }
  return own ? [] : found.slice(0, 8)
}

// Characters that come out as the box of a missing glyph in a font stack of the page.
checks.missingGlyphs = () => {
  const canvas = new OffscreenCanvas(48, 48), brush = canvas.getContext('2d', {willReadFrequently: true})
  const drawn = (char, font) => {
    brush.clearRect(0, 0, 48, 48)
    brush.font = `32px ${font}`
    brush.fillText(char, 4, 38)
    return brush.getImageData(0, 0, 48, 48).data.join()
  }
  const fonts = [...new Set(['body', 'table'].map(
    one => getComputedStyle(document.querySelector(one) ?? document.body).fontFamily))]
  const chars = new Set([...texts(document.body)].flatMap(node => [...node.textContent]).filter(c => c.trim()))
  const found = []
  for (const font of fonts) {
    const boxes = ['\u0378', '\u{10fff0}'].map(char => drawn(char, font))
    for (const char of chars) {
      if (char === '\ufffd' || boxes.includes(drawn(char, font))) found.push(char)
    }
  }
  return found.slice(0, 20)
}

// Rows with more or fewer cells than the table has columns: end tags are left out, so this is worth asking.
checks.ragged = () => {
  const found = []
  for (const table of document.querySelectorAll('table')) {
    const wide = table.tHead.rows[0].cells.length
    for (const row of table.querySelectorAll('tr')) {
      const cells = [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0)
      if (cells !== wide) found.push(`${table.caption.textContent.slice(0, 50)}: ${row.textContent.slice(0, 50)}`)
    }
  }
  return found.slice(0, 8)
}

// Where the keyboard is: its place among all stops, whether it can be seen and has a ring.
checks.focused = () => {
  const e = document.activeElement
  if (!e || e === document.body) return null
  const box = e.getBoundingClientRect(), style = getComputedStyle(e)
  const strip = document.querySelector('.contents'), over = strip.getBoundingClientRect()
  const covered = !strip.contains(e) && box.top >= over.top && box.bottom <= over.bottom && box.left >= over.left
    && box.right <= over.right
  const stops = [...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(one => one.checkVisibility())
  return {
    place: stops.indexOf(e), of: stops.length, name: e.outerHTML.slice(0, 100),
    seen: !covered && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  }
}
