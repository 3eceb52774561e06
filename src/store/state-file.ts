/** The name of the state's file in its folder. */
export const STATE_FILE = 'state.db'
