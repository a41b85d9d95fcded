// Light, dark, or as the system has it.

const dark = matchMedia('(prefers-color-scheme: dark)')
let chosen = 'system'

/** Puts a theme on: `light`, `dark` or `system`. */
export function wear(theme: string): void {
  chosen = theme
  const isDark = theme === 'dark' || (theme !== 'light' && dark.matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

dark.addEventListener('change', () => wear(chosen))
