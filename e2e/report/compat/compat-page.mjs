/* global document */
// What a reader does with the page: filters. Without it all is there. It is inlined, and the page allows this text by its sum.
const form = document.querySelector('form.controls');

function applyFilters() {
  const wanted = Object.fromEntries(
    [...form.querySelectorAll('[data-filter]')].map((one) => [one.dataset.filter, one.value]),
  );
  const isWanted = (name, value) => wanted[name] === '' || wanted[name] === value;
  for (const row of document.querySelectorAll('tr[data-area]')) row.hidden = !isWanted('area', row.dataset.area);
  for (const cell of document.querySelectorAll('[data-version]'))
    cell.hidden = !isWanted('version', cell.dataset.version);
  const sections = [...document.querySelectorAll('section[data-product]')];
  for (const section of sections)
    section.hidden =
      !['product', 'mode', 'family'].every((name) => isWanted(name, section.dataset[name])) ||
      [...section.querySelectorAll('tbody tr')].every((row) => row.hidden) ||
      [...section.querySelectorAll('thead [data-version]')].every((cell) => cell.hidden);
  const shown = sections.filter((section) => !section.hidden).length;
  form.querySelector('.shown').textContent = `shown: ${shown} of ${sections.length} products and modes`;
}

form.hidden = false;
form.addEventListener('input', applyFilters);
form.addEventListener('submit', (event) => event.preventDefault());
applyFilters();
