import { fdatasyncSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { walFd } = workerData as { walFd: number }

parentPort?.on('message', () => {
  try {
    fdatasyncSync(walFd)
    parentPort?.postMessage('ok')
  } catch (error) {
    parentPort?.postMessage({ failed: String(error) })
  }
})
