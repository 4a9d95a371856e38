import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../../src/config/parse-config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { withTable } from './configuration-table.ts'
import { CONFIGURATION_DOCUMENT, EXAMPLE } from './example.ts'

describe('docs/operations/configuration.md', () => {
  it('has the settings and defaults of the code', () => {
    assert.equal(CONFIGURATION_DOCUMENT, withTable(CONFIGURATION_DOCUMENT))
  })

  it('has an example that is taken, with every setting but the own certificate', () => {
    const config = parseConfig(EXAMPLE, '/')
    assert.equal(config.seal.kind, 'shamir')
    for (const path of Object.keys(SETTINGS)) {
      const name = path.slice(path.lastIndexOf('.') + 1)
      const isOwnCertificate = path === 'listen.certificate' || path === 'listen.key'
      assert.equal(new RegExp(`^${name} = `, 'm').test(EXAMPLE), !isOwnCertificate, path)
    }
  })

  it('has a unit that keeps keys in memory', () => {
    for (const line of [
      'LimitMEMLOCK=64M',
      'LimitCORE=0',
      'MemorySwapMax=0',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
    ]) {
      assert.ok(CONFIGURATION_DOCUMENT.includes(`\n${line}\n`), line)
    }
  })
})
