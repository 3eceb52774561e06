import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AnswersRedisWanted, answersRedis, answersRedisKind } from '../../../src/sal/answers/redis.ts'
import { type AnswersTcpWanted, answersTcp, answersTcpKind } from '../../../src/sal/answers/tcp.ts'
import { expectJoined } from '../laws.ts'
import { hasPrograms, openNode, secret } from '../node.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'

const lacks = lacksForRoom() ?? (hasPrograms('redis-server') ? undefined : 'redis-server')
let room: Room
let servers: ChildProcess[] = []
beforeEach(async (ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  room = await openRoom()
})
afterEach(async () => {
  for (const server of servers) {
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null)
      await new Promise((resolve) => server.once('exit', resolve))
  }
  servers = []
  room?.close()
})

function serve(...options: readonly string[]): void {
  const args = [
    '--unixsocket',
    join(room.dir, 's'),
    '--save',
    '',
    '--dir',
    room.dir,
    '--bind',
    '127.0.0.1',
    '--port',
    '6379',
    ...options,
  ]
  servers.push(spawn('nsenter', [...room.enter, 'redis-server', ...args], { stdio: 'ignore' }))
}

const redis = (options: Parameters<typeof answersRedis>[0]): AnswersRedisWanted =>
  answersRedis(options).wanted as AnswersRedisWanted
const tcp = (port: number): AnswersTcpWanted => answersTcp({ port }).wanted as AnswersTcpWanted

test('a silent server is waited for until it answers, on its socket and its port', async () => {
  const [socket, port] = [redis({ socket: join(room.dir, 's') }), redis({ port: 6379 })]
  await expectJoined(room, answersRedisKind, [socket, port])
  expect(await room.look(answersRedisKind, socket)).toEqual(answersRedisKind.bare)
  setTimeout(() => serve(), 500)
  await room.settle(answersRedisKind, socket)
  await room.settle(answersRedisKind, port)
  await room.settle(answersTcpKind, tcp(6379))
  await expectJoined(room, answersRedisKind, [socket, port])
  await expectJoined(room, answersTcpKind, [tcp(6379), tcp(6380)])
  expect((await room.settle(answersTcpKind, tcp(6379))).changes).toEqual([])
})

test('a server that asks for its password answers; one that should and does not is told', async () => {
  serve('--requirepass', 'x')
  const wanted = redis({ socket: join(room.dir, 's'), password: secret('x') })
  await room.settle(answersRedisKind, wanted)
  expect((await room.look(answersRedisKind, wanted)).guarded).toBe(true)
  const open = { answers: true, guarded: false }
  expect(answersRedisKind.compare(wanted, open).map(({ path }) => path)).toEqual(['password'])
})

test('without redis-cli, perl, socat or bash ask', async () => {
  serve()
  const wanted = [redis({ socket: join(room.dir, 's') }), redis({ port: 6379 })]
  for (const one of wanted) await room.settle(answersRedisKind, one)
  room.sh(
    'mount -t tmpfs none /opt; mkdir /opt/bin; for p in /usr/bin/* /bin/*; do case $p in *redis*) ;; *) ln -sf "$p" /opt/bin/;; esac; done',
  )
  const bare = openNode({ enter: ['nsenter', ...room.enter, 'env', 'PATH=/opt/bin'] })
  try {
    for (const one of wanted) expect((await bare.look(answersRedisKind, one)).answers).toBe(true)
    await room.sh('rm /opt/bin/perl*')
    expect((await bare.look(answersRedisKind, redis({ port: 6379 }))).answers).toBe(true)
  } finally {
    bare.close()
  }
})
