/**
 * The composition root: reads the settings, checks them, and hands plain values to the packages, which know nothing of
 * each other's making. Imports all of them; none of them imports it.
 */
package io.tally;
