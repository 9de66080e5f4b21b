// Figures: values of the embedded result files together with the JSON pointer that finds each of them.
'use strict';

const report = JSON.parse(document.getElementById('data').textContent);

/// The value at a JSON pointer (RFC 6901); undefined where there is none.
function valueAt(root, pointer) {
  return pointer.split('/').slice(1).reduce(
      (node, key) => (node === undefined || node === null ? undefined : node[key.replace(/~1/g, '/').replace(/~0/g, '~')]), root);
}

const escapeKey = (key) => String(key).replace(/~/g, '~0').replace(/\//g, '~1');

/// Numbers as people read them: thousands separated, four significant digits below a thousand.
function readable(number) {
  if (typeof number !== 'number') return String(number);
  if (Number.isInteger(number) || Math.abs(number) >= 1000) return Math.round(number).toLocaleString('en-US');
  return number.toLocaleString('en-US', {maximumSignificantDigits: 4});
}

/// A value of `source` at `pointer`, times `scale`, by the value at `by` if that is given: `what` says it in words.
function figure(source, pointer, {what = '', unit = '', scale = 1, by = null} = {}) {
  const raw = valueAt(source.content, pointer);
  const divisor = by === null ? 1 : valueAt(source.content, by);
  const value = typeof raw === 'number' ? (raw * scale) / divisor : raw;
  const origin = [source.file, `${pointer} = ${raw}`];
  if (by !== null) origin.push(`divided by ${by} = ${divisor}`);
  return {value, raw, pointer, by, source, what, unit, origin};
}

const describe = (f) => `${f.what ? f.what + ': ' : ''}${readable(f.value)}${f.unit ? ' ' + f.unit : ''}`;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/// A figure as text that tells its origin on hover and on focus.
function shown(f, text = null) {
  const node = element('span', {class: 'figure', tabindex: '0'}, text === null ? readable(f.value) : text);
  node.figure = f;
  return node;
}

function table(head, rows) {
  return element('div', {class: 'scroll'},
      element('table', {},
          element('thead', {}, element('tr', {}, ...head.map((cell) => element('th', {scope: 'col'}, cell)))),
          element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))))));
}

/// The bubble of figures outside of charts.
function installTips() {
  const tip = document.getElementById('tip');
  const show = (event) => {
    const target = event.target.closest ? event.target.closest('.figure') : null;
    if (target === null) return;
    const f = target.figure;
    tip.textContent = [f.what, ...f.origin].filter(Boolean).join('\n');
    tip.hidden = false;
    const box = target.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8));
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${box.bottom + 6 + window.scrollY}px`;
  };
  const hide = () => { tip.hidden = true; };
  document.addEventListener('mouseover', show);
  document.addEventListener('focusin', show);
  document.addEventListener('mouseout', hide);
  document.addEventListener('focusout', hide);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
}
