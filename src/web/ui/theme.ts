// Light, dark, or as the system has it; kept in this browser only.

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const dark = matchMedia('(prefers-color-scheme: dark)')

export const chosenTheme = (): Theme => themes.find((theme) => theme === localStorage.getItem('twin.theme')) ?? 'system'

const apply = (): void => {
  const choice = chosenTheme()
  const isDark = choice === 'dark' || (choice === 'system' && dark.matches)
  document.documentElement.classList.toggle('wa-dark', isDark)
  document.documentElement.classList.toggle('wa-light', !isDark)
}

export const setTheme = (theme: Theme): void => {
  if (theme === 'system') localStorage.removeItem('twin.theme')
  else localStorage.setItem('twin.theme', theme)
  apply()
}

export const startTheme = (): void => {
  apply()
  dark.addEventListener('change', apply)
}
