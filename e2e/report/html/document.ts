/**
 * The frame of every page. A page has no script at all and forbids all: whatever a pod printed stays text, first because
 * every value is escaped where it is inserted, and second because the browser is told to run nothing.
 */
import { html, raw } from 'hono/html';
import { STYLE } from './style.ts';

/** What a template gives; nested templates are inserted as they are, strings are escaped. */
export type Html = ReturnType<typeof html>;

export async function documentHtml(title: string, body: Html): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
  return `${page.toString().trim()}\n`;
}

/** A link when the address is a web address; else the text alone, so that `javascript:` stays inert. */
export function webLink(title: string, url: string): Html {
  return /^https?:\/\//i.test(url) ? html`<a href="${url}" rel="noreferrer">${title}</a>` : html`${title} (${url})`;
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
