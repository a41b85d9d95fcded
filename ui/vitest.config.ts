import { mergeConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import vite from './vite.config.ts'

export default defineConfig((env) =>
  mergeConfig(vite({ ...env, mode: 'fake' }), { test: { include: ['src/**/*.test.ts'] } }),
)
