// Signals that ask the program to end, and the start of a program that may be called by anything.
#ifndef CSYSTEM_SIGNALS_H
#define CSYSTEM_SIGNALS_H

// To be called first in main. Standard descriptors that are closed lead to /dev/null, so that no file gets their numbers; a reader that
// goes away (SIGPIPE) and a limit on the size of files (SIGXFSZ) become errors of the write that meets them; SIGINT, SIGTERM and, unless
// it is ignored as under nohup, SIGHUP end the program with exit code 130 and `words`.
void csystem_begin(const char *words);

// From now on a stop signal is only noted, and wakes the descriptor that is returned (or a negative errno, where there is none: the
// signal is noted all the same). A second SIGINT ends the program at once, as does the passing of `csystem_end_within` seconds.
int csystem_note_stops(const char *words);

// The number of the stop signal that was noted, 0 where there was none.
int csystem_noted_stop(void);

// Wakes the descriptor that `csystem_note_stops` returned with a byte of its own, and ends noting.
void csystem_end_noting(void);

// Writes the words to standard error, unless that would block, and ends the program with exit code 130.
_Noreturn void csystem_end_stopped(void);

// Ends the program as above after so many seconds, whatever it does then; 0 takes that back.
void csystem_end_within(unsigned int seconds);

// Columns of the terminal behind a descriptor, as it is now; 0 where that cannot be told.
int csystem_terminal_columns(int descriptor);

#endif
