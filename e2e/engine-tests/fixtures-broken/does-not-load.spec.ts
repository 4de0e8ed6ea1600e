/** Throws while it is loaded. */
throw new Error('a typing mistake');
