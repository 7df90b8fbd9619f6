/**
 * Certificates for one cluster, by Java's keytool, good for localhost alone: the broker's, which clients trust (broker.pem), and a client's, which brokers trust
 * (client.p12). They sign themselves; a machine that trusts them trusts nothing else by it.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export const storePassword = 'millrace'

export function makeCertificates(folder) {
  const keytool = (...args) => execFileSync('keytool', [...args, '-storepass', storePassword], { cwd: folder, stdio: 'pipe' })
  const key = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '3650', '-storetype', 'PKCS12']
  keytool(...key, '-alias', 'broker', '-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1', '-keystore', 'broker.p12')
  keytool(...key, '-alias', 'client', '-dname', 'CN=client', '-keystore', 'client.p12')
  for (const name of ['broker', 'client']) {
    keytool('-exportcert', '-rfc', '-alias', name, '-keystore', `${name}.p12`, '-file', `${name}.pem`)
    keytool(
      '-importcert',
      '-noprompt',
      '-alias',
      name,
      '-storetype',
      'PKCS12',
      '-keystore',
      'trusted.p12',
      '-file',
      join(folder, `${name}.pem`),
    )
  }
}
