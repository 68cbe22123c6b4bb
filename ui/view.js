// Small pieces of the page: cells, tables, quantities in words. Everything from outside goes in as text, never as markup.

/** @returns {HTMLTableCellElement} */
export function cell(text, className = '') {
  const made = document.createElement('td');
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** Fills a table: its heads, and a row of cells for each item. */
export function fill(table, heads, items, cellsOf) {
  const head = document.createElement('thead');
  const row = document.createElement('tr');
  for (const title of heads) {
    const made = document.createElement('th');
    made.scope = 'col';
    made.textContent = title;
    row.append(made);
  }
  head.append(row);
  const body = document.createElement('tbody');
  for (const item of items) {
    const line = document.createElement('tr');
    line.append(...cellsOf(item));
    body.append(line);
  }
  if (items.length === 0) body.append(emptyRow(heads.length));
  table.replaceChildren(head, body);
}

function emptyRow(columns) {
  const row = document.createElement('tr');
  const none = cell('None yet', 'empty');
  none.colSpan = columns;
  row.append(none);
  return row;
}

/** @param {number} megabytes as Mesos counts memory and disk */
export function bytesText(megabytes) {
  if (megabytes >= 1024) return `${(megabytes / 1024).toFixed(1)} GB`;
  return `${Number.isInteger(megabytes) ? megabytes : megabytes.toFixed(1)} MB`;
}

/** @param {number} seconds since 1970 */
export function timeText(seconds) {
  return new Date(seconds * 1000).toLocaleString();
}

/** @param {number} seconds */
export function durationText(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** Good, bad or still open: the colour of a task's state. */
export function stateClass(state) {
  if (state === 'TASK_FINISHED' || state === 'TASK_RUNNING') return 'good';
  if (state === 'TASK_STAGING' || state === 'TASK_STARTING' || state === 'TASK_KILLING') return 'wait';
  return 'bad';
}
