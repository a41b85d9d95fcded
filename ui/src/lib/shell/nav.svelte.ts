// Where the clerk is.

export type Place =
  | { screen: 'desk' }
  | { screen: 'dossier'; code: string; document?: number; page?: number }
  | { screen: 'scan'; dossier?: string }
  | { screen: 'search' }
  | { screen: 'send' }
  | { screen: 'settings' }

class Nav {
  place = $state<Place>({ screen: 'desk' })

  go(place: Place): void {
    this.place = place
  }
}

export const nav = new Nav()
