"""What comes from a learning management system (Moodle, Canvas), and what goes back to it.

tables          CSV files of others: columns by any of their names
roster          who is in the class: a list of either system → the gradebook
archives        the files of a zip, a tar or a folder, read as what strangers made
layouts         whose file it is, by its place in an archive
collect         an archive → submitted/, nothing lost, nothing elsewhere
record          what was collected, for the report and the way back
export          marks → a file that either system takes
give_back       feedback pages → an archive that either system takes
"""
