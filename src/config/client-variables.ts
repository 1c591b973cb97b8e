import { flag, text } from './readers.js';
import type { Command, Variable } from './variable.js';

const CLIENT: readonly Command[] = ['client'];

/** The rows of the variables of commands that call a server. */
export const CLIENT_VARIABLES = {
  CUTROOM_CLIENT_TLS: {
    reader: flag(),
    help: '1: the commands that call a server call it by TLS (`--tls`)',
    usedBy: CLIENT,
  },
  CUTROOM_CLIENT_CA: {
    reader: text(null, 'those of Node'),
    help: 'PEM file of the authorities that the server’s certificate may be of (`--ca`)',
    usedBy: CLIENT,
  },
  CUTROOM_CLIENT_CERT: {
    reader: text(null),
    help: 'PEM file of the certificate that these commands show (`--cert`)',
    usedBy: CLIENT,
  },
  CUTROOM_CLIENT_KEY: {
    reader: text(null),
    help: 'PEM file of the key of that certificate (`--key`)',
    usedBy: CLIENT,
  },
  CUTROOM_TOKEN: {
    reader: text(null),
    help: 'the API key or token of these commands; `@FILE` reads it from a file (`--token`)',
    usedBy: CLIENT,
  },
} as const satisfies Readonly<Record<string, Variable<unknown>>>;
