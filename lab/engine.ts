/**
 * A consumer of what engine-setup makes, in the place of the engine: it starts only where its drop-ins, its keystore and its database are there, can be read by its own user and fit each other, and
 * then holds a session as the real one does.
 */
import { publicEncrypt } from 'node:crypto';

export const ENGINE_PROGRAM = '/usr/libexec/lab-engine.mjs';

/** An option whose value only the engine's key can read, as those of the real engine that are passwords. */
const OPTION = 'LabPassword';
const PLAIN = 'a password of an administrator';

/** The statement by which a setup puts that option into the database. `certificate`: the engine's, as PEM. */
export function sealedOption(certificate: string): string {
  const pem = certificate.slice(certificate.indexOf('-----BEGIN'));
  const sealed = publicEncrypt(pem, Buffer.from(PLAIN)).toString('base64');
  return `INSERT INTO vdc_options (option_name, option_value, version, default_value) VALUES ('${OPTION}', '${sealed}', 'general', '')`;
}

export const ENGINE = `import { execFileSync, spawn } from 'node:child_process';
import { privateDecrypt, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const DIR = '/etc/ovirt-engine/engine.conf.d';
const values = {};

/** Of two drop-ins with the same name for a value the later counts, and \${NAME} is the value of another. */
for (const name of readdirSync(DIR).filter((name) => name.endsWith('.conf')).sort()) {
  for (const line of readFileSync(DIR + '/' + name, 'utf8').split('\\n')) {
    const [, key, text] = line.match(/^\\s*(\\w+)\\s*=\\s*(.*?)\\s*$/) ?? [];
    if (key) values[key] = text.replace(/^"(.*)"$/, '$1').replace(/\\$\\{(\\w+)\\}/g, (_, other) => values[other] ?? '');
  }
}
function get(name) {
  if (!values[name]) throw new Error(name + ' stands in no drop-in');
  return values[name];
}
get('ENGINE_FQDN');
get('ENGINE_SSO_CLIENT_SECRET');

const store = ['-in', get('ENGINE_PKI_ENGINE_STORE'), '-passin', 'pass:' + get('ENGINE_PKI_ENGINE_STORE_PASSWORD')];
function inStore(...what) {
  const text = execFileSync('openssl', ['pkcs12', ...store, ...what], { encoding: 'utf8' });
  return text.slice(text.indexOf('-----BEGIN'));
}
const certificate = new X509Certificate(inStore('-nokeys', '-clcerts'));
const ca = readFileSync(get('ENGINE_PKI_CA'), 'utf8');
if (!certificate.verify(new X509Certificate(ca.slice(ca.indexOf('-----BEGIN'))).publicKey))
  throw new Error('the certificate in the keystore is not of the CA');

const env = {
  ...process.env,
  PGHOST: get('ENGINE_DB_HOST'),
  PGPORT: get('ENGINE_DB_PORT'),
  PGUSER: get('ENGINE_DB_USER'),
  PGPASSWORD: get('ENGINE_DB_PASSWORD'),
  PGDATABASE: get('ENGINE_DB_DATABASE'),
};
const sql = "SELECT option_value FROM vdc_options WHERE option_name = '${OPTION}'";
const sealed = execFileSync('psql', ['-X', '-At', '-c', sql], { env, encoding: 'utf8' });
if (String(privateDecrypt(inStore('-nocerts', '-nodes'), Buffer.from(sealed, 'base64'))) !== '${PLAIN}')
  throw new Error('the database was filled with another key');

const session = spawn('psql', ['-X', '-c', 'SELECT pg_sleep(100000)'], { env, stdio: 'inherit' });
session.on('exit', (code) => process.exit(session.killed ? 0 : (code ?? 1)));
process.on('SIGTERM', () => session.kill());
execFileSync('systemd-notify', ['--ready']);
`;

/** It has come up when the program has read everything. `node`: path of Node. */
export function engineUnit(node: string): string {
  return `[Unit]
Description=ovirt-engine (lab)
After=postgresql-lab.service
StartLimitIntervalSec=0
[Service]
Type=notify
NotifyAccess=all
User=108
Group=108
# The program ends its session itself, and so as it should.
KillMode=mixed
ExecStart=${node} ${ENGINE_PROGRAM}
Restart=no
[Install]
WantedBy=multi-user.target
`;
}
