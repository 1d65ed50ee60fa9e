/** The application server's configuration, with the engine's data source and its encrypted password in it. Pure. */
import { createHash } from 'node:crypto';

/** What a server's package brings. */
export const DEFAULT_XML = `<?xml version="1.0"?>
<server xmlns="urn:jboss:domain:1.1">
  <datasources>
    <datasource jndi-name="java:jboss/datasources/ExampleDS" pool-name="ExampleDS"/>
  </datasources>
  <security-domains>
    <security-domain name="other"/>
  </security-domains>
  <subsystem xmlns="urn:jboss:domain:web:1.1">
  </subsystem>
  <socket-binding name="http" port="8080"/>
  <socket-binding name="https" port="8443"/>
</server>
`;

/** The module of the server that lacks what the engine needs, as its package brings it. */
export const MODULE_XML = '<module xmlns="urn:jboss:module:1.1" name="sun.jdk">\n  <paths>\n  </paths>\n</module>\n';

/** Stands for the encoded form; the real one is a cipher with a known key that this lab does not have. */
export function encodedPassword(password: string): string {
  return createHash('sha256').update(`encoded ${password}`).digest('hex').slice(0, 32);
}

function withoutBlock(xml: string, tag: string, mark: string): string {
  return xml.replace(new RegExp(`\\n *<${tag} [^>]*${mark}[\\s\\S]*?</${tag}>`), '');
}

function before(xml: string, closing: string, block: string): string {
  const at = xml.includes(closing) ? xml.indexOf(closing) : xml.lastIndexOf('</');
  return `${xml.slice(0, at).replace(/ +$/, '')}${block}\n  ${xml.slice(at)}`;
}

/** Data source, connector with the keystore, ports. */
export function withDataSource(xml: string, jdbcUrl: string, httpPort: string, httpsPort: string): string {
  const source = `    <datasource jndi-name="java:/ENGINEDataSource" pool-name="ENGINEDataSource" enabled="true">
      <connection-url>${jdbcUrl}</connection-url>
      <security><user-name>engine</user-name><security-domain>EncryptDBPassword</security-domain></security>
    </datasource>`;
  const connector = `    <connector name="https" protocol="HTTP/1.1" socket-binding="https" scheme="https" secure="true">
      <ssl name="ssl" password="mypass" certificate-key-file="/etc/pki/ovirt-engine/.keystore" protocol="TLSv1" verify-client="false"/>
    </connector>`;
  const bare = withoutBlock(withoutBlock(xml, 'datasource', 'java:/ENGINEDataSource'), 'connector', 'name="https"');
  return before(before(bare, '</datasources>', source), '</subsystem>', connector)
    .replace(/(<socket-binding name="http" port=")\d+/, `$1${httpPort}`)
    .replace(/(<socket-binding name="https" port=")\d+/, `$1${httpsPort}`);
}

/** The security domain with the encrypted password. */
export function withEncryptedPassword(xml: string, role: string, encoded: string): string {
  const domain = `    <security-domain name="EncryptDBPassword">
      <authentication>
        <login-module code="org.picketbox.datasource.security.SecureIdentityLoginModule" flag="required">
          <module-option name="username" value="${role}"/>
          <module-option name="password" value="${encoded}"/>
        </login-module>
      </authentication>
    </security-domain>`;
  return before(withoutBlock(xml, 'security-domain', 'EncryptDBPassword'), '</security-domains>', domain);
}

export function hasEncryptedPassword(xml: string): boolean {
  return /name="EncryptDBPassword"[\s\S]*?<module-option name="password" value="[0-9a-f]+"\/>/.test(xml);
}
