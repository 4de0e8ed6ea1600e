/**
 * The frame of every page. A page allows no script but the one text that it is given, by its sum: whatever a pod printed stays
 * text, first because every value is escaped where it is inserted, and second because the browser is told to run nothing else.
 */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { STYLE } from './style.ts';

/** What a template gives; nested templates are inserted as they are, strings are escaped. */
export type Html = ReturnType<typeof html>;

/** `script` is the text of the page's own script, never anything that a run brought. */
export async function documentHtml(title: string, body: Html, script?: string): Promise<string> {
  const runs =
    script === undefined ? '' : `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="${raw(
            `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'${runs}`,
          )}"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body}${script === undefined ? '' : raw(`<script type="module">${script}</script>`)}
      </body>
    </html>`;
  return `${page.toString().trim()}\n`;
}

/** A link when the address is a web address; else the text alone, so that `javascript:` stays inert. */
export function webLink(title: string, url: string): Html {
  return /^https?:\/\//i.test(url) ? html`<a href="${url}" rel="noreferrer">${title}</a>` : html`${title} (${url})`;
}

/** The address as people cite it: `kubernetes/kubernetes#139628`. */
export function citedLink(url: string): Html {
  const [, repository, number] = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)$/.exec(url) ?? [];
  return webLink(repository === undefined ? url : `${repository}#${number}`, url);
}

/** The address of a file below the run's folder, relative to the page; never a scheme, never absolute. */
export function fileAddress(base: string, path: string): string {
  // A lone surrogate has no encoding: the address of such a name leads nowhere instead of ending the page.
  const encoded = `${base}${path}`
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')));
  return `./${encoded.join('/')}`;
}

export function fileLink(base: string, path: string, title = path): Html {
  return html`<a href="${fileAddress(base, path)}">${title}</a>`;
}
