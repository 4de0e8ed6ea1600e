/** Which Linux this is, from /etc/os-release (https://www.freedesktop.org/software/systemd/man/latest/os-release.html). */
import { readFileSync } from 'node:fs';

export interface OsRelease {
  readonly id: string;
  readonly codename: string;
  readonly name: string;
}

export function parseOsRelease(text: string): OsRelease {
  const value = (key: string): string => new RegExp(`^${key}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME'), name: value('PRETTY_NAME') || value('ID') };
}

export function readOsRelease(path = '/etc/os-release'): OsRelease {
  try {
    return parseOsRelease(readFileSync(path, 'utf8'));
  } catch {
    return { id: process.platform, codename: '', name: process.platform };
  }
}

/** `--setup` installs packages only where it knows how: Debian or Ubuntu, as root. Otherwise the reason why not. */
export function whyNoSetup(os: OsRelease, uid = process.getuid?.()): string | undefined {
  if (os.id !== 'debian' && os.id !== 'ubuntu') return `${os.name} is neither Debian nor Ubuntu`;
  return uid === 0 ? undefined : 'not root';
}
