import { CliError } from '../cli-error.ts'

/** Prompts go to standard error, so that standard output stays what was asked for. */
const options = { output: process.stderr }

export async function askSecret(question: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: question, ...options })
  if (isCancel(answer)) throw new CliError('failure', 'nothing was done')
  return answer
}

export async function askYes(question: string): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, ...options })
  return !isCancel(answer) && answer
}
