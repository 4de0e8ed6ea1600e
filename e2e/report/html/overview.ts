/** All specs in one table: a group an area and subject, the worst group first, and in each the worst spec first. */
import { html } from 'hono/html';
import { duration, oneLine, printable } from '../printable.ts';
import { elapsedOf, measuredOf, subjectLabel, whyOf } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { VERDICTS, WORST_FIRST } from '../verdict-words.ts';
import type { Anchors } from './anchors.ts';
import { badge } from './badge.ts';
import type { Html } from './document.ts';
import { filterData } from './filter-data.ts';
import { lossesOf, lossPicture, scaleOf, totalMs, type Losses } from './loss-picture.ts';

interface Group {
  readonly title: string;
  readonly outcomes: readonly Outcome[];
}

const COLUMNS = [
  ['verdict', 'number'],
  ['spec', 'text'],
  ['time', 'number'],
  ['measured', 'text'],
  ['replies missing', 'number'],
  ['why', 'text'],
] as const;

export function overview(outcomes: readonly Outcome[], anchors: Anchors): Html {
  if (outcomes.length === 0) return html``;
  const losses = new Map(outcomes.map((outcome) => [outcome, lossesOf(outcome.decisive)]));
  const scale = scaleOf([...losses.values()]);
  const isShown = [...losses.values()].some((one) => one !== undefined);
  const columns = COLUMNS.filter(([name]) => isShown || name !== 'replies missing');
  return html`<h2 id="all">All specs</h2>
    ${controls(outcomes)}
    <table class="overview">
      <thead>
        <tr>
          ${columns.map(([name, order]) => html`<th scope="col" data-order="${order}">${name}</th>`)}
        </tr>
      </thead>
      ${groupsOf(outcomes).map(
        (group) =>
          html`<tbody>
            <tr class="group">
              <th colspan="${columns.length}" scope="rowgroup">${group.title} ${counted(group)}</th>
            </tr>
            ${group.outcomes.map((outcome) => row(outcome, anchors, isShown ? { of: losses.get(outcome), scale } : undefined))}
          </tbody>`,
      )}
    </table>
    ${
      isShown
        ? html`<p class="faint">
            Replies missing: from 0.5 s before the fault (the line) to ${duration(scale)} after it, the same for all.
          </p>`
        : ''
    }`;
}

function row(
  outcome: Outcome,
  anchors: Anchors,
  loss: { readonly of: Losses | undefined; readonly scale: number } | undefined,
): Html {
  return html`<tr ${filterData(outcome)}>
    <td class="tight" data-value="${WORST_FIRST.indexOf(outcome.verdict)}">${badge(outcome)}</td>
    <td data-name="spec">
      <a href="#${anchors.get(outcome) ?? ''}">${outcome.spec.id}</a>${
        outcome.repetition > 1 ? ` #${outcome.repetition}` : ''
      }
    </td>
    <td class="number" data-name="time" data-value="${Math.round(elapsedOf(outcome))}">
      ${duration(elapsedOf(outcome))}
    </td>
    <td data-name="measured">${printable(measuredOf(outcome))}</td>
    ${
      loss === undefined
        ? ''
        : html`<td
            data-name="replies missing"
            data-value="${loss.of === undefined ? '' : Math.round(totalMs(loss.of))}"
          >
            ${loss.of === undefined ? '' : lossPicture(loss.of, loss.scale)}
          </td>`
    }
    <td class="long" data-name="why">${oneLine(whyOf(outcome), 220)}</td>
  </tr>`;
}

function groupsOf(outcomes: readonly Outcome[]): readonly Group[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const title = `${outcome.spec.area}: ${printable(subjectLabel(outcome))} · ${outcome.family}`;
    const group = groups.get(title);
    if (group === undefined) groups.set(title, [outcome]);
    else group.push(outcome);
  }
  const rank = ({ verdict }: Outcome): number => WORST_FIRST.indexOf(verdict);
  return [...groups]
    .map(([title, all]) => ({ title, outcomes: all.toSorted((a, b) => rank(a) - rank(b)) }))
    .toSorted((a, b) => Math.min(...a.outcomes.map(rank)) - Math.min(...b.outcomes.map(rank)));
}

function counted({ outcomes }: Group): Html {
  const parts = WORST_FIRST.flatMap((verdict) => {
    const count = outcomes.filter((outcome) => outcome.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${VERDICTS[verdict].label.toLowerCase()}`];
  });
  return html`<span class="faint">${parts.join(', ')}</span>`;
}

/** Shown by the page's script alone: without it they would do nothing. */
function controls(outcomes: readonly Outcome[]): Html {
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
  const choice = (name: string, label: string, values: readonly string[]): Html =>
    values.length < 2
      ? html``
      : html`<label
          >${label}
          <select data-filter="${name}">
            <option value="">all</option>
            ${values.map((value) => html`<option>${value}</option>`)}
          </select></label
        >`;
  return html`<form class="controls" role="search" aria-label="Filter the specs" hidden>
    <label>Search <input type="search" id="search" placeholder="spec, subject, words of the reason" /></label>
    ${choice(
      'verdict',
      'Verdict',
      WORST_FIRST.filter((verdict) => outcomes.some((outcome) => outcome.verdict === verdict)),
    )}
    ${choice('area', 'Area', distinct(outcomes.map(({ spec }) => spec.area)))}
    ${choice('subject', 'Subject', distinct(outcomes.map((outcome) => printable(subjectLabel(outcome)))))}
    ${choice('family', 'Family', distinct(outcomes.map(({ family }) => family)))}
    <button type="button" data-do="open">Open all</button>
    <button type="button" data-do="close">Close all</button>
    <span class="shown" role="status"></span>
    <span class="faint keys">Keys: / searches, Escape clears, ↑ ↓ go from spec to spec, Enter opens</span>
  </form>`;
}
