// What a node is: asked by one constant program at first sight.
import type { Claim } from '../../engine/claim.ts'
import type { DiskFact, Facts, FactsLook } from '../../engine/facts.ts'
import { type Fields, firstOf, readFields } from '../finding.ts'
import { PROGRAM } from './program.ts'

/** How facts are asked, and what the answer means. */
export const factsLook: FactsLook = { program: PROGRAM, parse }

function parse(answer: string): Facts | undefined {
  const fields = readFields(answer)
  const [hostname, machineId, kernel] = [one(fields, 'hostname'), one(fields, 'machine'), one(fields, 'kernel')]
  // The last line: an answer that was cut off in the middle is no answer.
  if (!fields.has('facts') || hostname === '' || kernel === '') return undefined
  return {
    hostname,
    machineId,
    os: { id: one(fields, 'os') || 'linux', version: one(fields, 'version'), name: one(fields, 'name') },
    kernel,
    arch: one(fields, 'arch'),
    cpus: Math.max(1, numberOf(one(fields, 'cpus'))),
    memoryBytes: numberOf(one(fields, 'memory')) * 1024,
    init: one(fields, 'init'),
    root: one(fields, 'uid') === '0',
    addresses: (fields.get('address') ?? []).flatMap((line) => {
      const [device, address] = line.split(' ')
      return device && address ? [{ device, address }] : []
    }),
    disks: (fields.get('disk') ?? []).flatMap(diskOf),
    claims: Object.fromEntries((fields.get('claim') ?? []).flatMap(claimOf)),
  }
}

/** Tab-separated: path, bytes, rotational, file system, mountpoint, id. The id comes last and may hold anything else. */
function diskOf(line: string): DiskFact[] {
  const [path, bytes, rotational, fileSystem, mountpoint, ...id] = line.split('\t')
  if (!path || id.length === 0 || id.join('') === '') return []
  return [
    {
      id: id.join('\t'),
      path,
      sizeBytes: numberOf(bytes ?? ''),
      rotational: rotational === '1',
      ...(fileSystem ? { fileSystem } : {}),
      ...(mountpoint ? { mountpoint } : {}),
    },
  ]
}

function claimOf(line: string): [string, Claim][] {
  const [thing, workspace, service, kind, environment, before] = line.split('\t')
  if (!thing || !workspace || !service) return []
  const noted = { ...(kind ? { kind } : {}), ...(environment ? { environment } : {}), ...(before ? { before } : {}) }
  return [[thing, { workspace, service, ...noted }]]
}

const one = (fields: Fields, key: string): string => firstOf(fields, key) ?? ''
const numberOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0)
