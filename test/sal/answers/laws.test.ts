import fc from 'fast-check'
import { answersRedisKind } from '../../../src/sal/answers/redis.ts'
import { answersTcpKind } from '../../../src/sal/answers/tcp.ts'
import { laws } from '../laws.ts'

const tcp = fc.record({ host: fc.constantFrom('127.0.0.1', '::1'), port: fc.integer({ min: 1, max: 65_535 }) })
laws(answersTcpKind, { wanted: tcp })
laws(answersRedisKind, {
  wanted: fc.record({ where: fc.oneof(tcp, fc.record({ socket: fc.constant('/run/x.sock') })), guarded: fc.boolean() }),
})
