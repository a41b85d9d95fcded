// What was searched for last, so that coming back from a dossier shows the same list again.

class LastSearch {
  query = $state('')
}

export const last = new LastSearch()
