/* global document, window, location, HTMLInputElement, HTMLSelectElement, HTMLElement */
// What a reader does with the page: search, filter, sort, keys. Without it all is there, and only these are not. It is
// inlined, and the page allows this text by its sum and no other script: what a pod printed runs nothing.
const form = document.querySelector('form.controls');
const filtered = [...document.querySelectorAll('[data-find]')];
const rows = filtered.filter((one) => one.tagName === 'TR');
const sections = filtered.filter((one) => one.tagName === 'DETAILS');
const search = document.querySelector('#search');

function applyFilters() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const choices = [...form.querySelectorAll('[data-filter]')].filter((one) => one.value !== '');
  for (const one of filtered)
    one.hidden = !(
      words.every((word) => one.dataset.find.includes(word)) &&
      choices.every((choice) => one.dataset[choice.dataset.filter] === choice.value)
    );
  for (const group of document.querySelectorAll('table.overview tbody'))
    group.hidden = [...group.querySelectorAll('[data-find]')].every((row) => row.hidden);
  const shown = rows.filter((row) => !row.hidden).length;
  form.querySelector('.shown').textContent =
    shown === rows.length ? `${shown} specs` : `${shown} of ${rows.length} specs`;
}

function sortBy(header, column) {
  const descending = header.getAttribute('aria-sort') === 'ascending';
  for (const other of header.parentElement.children) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  const isNumber = header.dataset.order === 'number';
  const valueOf = (row) => row.children[column].dataset.value ?? row.children[column].textContent.trim();
  const compare = (a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    // Nothing measured is neither little nor much: it comes last both ways.
    if (first === '' || second === '') return Number(first === '') - Number(second === '');
    const order = isNumber ? Number(first) - Number(second) : first.localeCompare(second);
    return descending ? -order : order;
  };
  for (const group of document.querySelectorAll('table.overview tbody'))
    group.append(...[...group.querySelectorAll('[data-find]')].sort(compare));
}

/** A link to a spec leads to what is open; a filter that hides it is taken off. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName !== 'DETAILS') return;
  if (target.hidden) {
    form.reset();
    applyFilters();
  }
  target.open = true;
  target.scrollIntoView();
  target.querySelector('summary').focus({ preventScroll: true });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  const isTyping = at instanceof HTMLInputElement || at instanceof HTMLSelectElement;
  if (event.key === 'Escape' && at === search) {
    search.value = '';
    applyFilters();
  } else if (event.key === '/' && !isTyping) {
    event.preventDefault();
    search.focus();
  } else if (
    (event.key === 'ArrowDown' || event.key === 'ArrowUp') &&
    at instanceof HTMLElement &&
    at.tagName === 'SUMMARY'
  ) {
    const shown = sections.filter((section) => !section.hidden);
    const next = shown[shown.indexOf(at.parentElement) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (next === undefined) return;
    event.preventDefault();
    next.querySelector('summary').focus();
  }
}

if (form !== null) {
  form.hidden = false;
  form.addEventListener('input', applyFilters);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('click', (event) => {
    const wanted = event.target.dataset.do;
    if (wanted !== undefined) for (const section of sections) if (!section.hidden) section.open = wanted === 'open';
  });
  document.querySelectorAll('table.overview thead th').forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => sortBy(header, column));
  });
  document.addEventListener('keydown', onKey);
  window.addEventListener('hashchange', openTarget);
  applyFilters();
  openTarget();
}
