#!/usr/bin/perl
# Perl with DBD::ODBC (Debian: libdbd-odbc-perl):  perl perl_dbi.pl 'DSN=Twilio'
use strict;
use warnings;
use DBI qw(:sql_types);

# Text comes and goes as UTF-8 bytes, because Debian builds DBD::ODBC without Unicode: Encode's decode('UTF-8', $text) makes
# characters of it. Only bytes are copied here.
my $db = DBI->connect('dbi:ODBC:' . ($ARGV[0] // 'DSN=Twilio'), undef, undef, { RaiseError => 1, PrintError => 0 });
# The longest cell that may come: more is an error, or is cut where LongTruncOk is set.
$db->{LongReadLen} = 1_000_000;

# What a row says; undef is NULL.
sub told { join ' | ', map { $_ // 'NULL' } @_ }

my $tables = $db->table_info(undef, 'Twilio', 'Mess%', 'TABLE');
print 'table: ', told(@{$_}[1, 2, 3]), "\n" for @{ $tables->fetchall_arrayref };
my $columns = $db->column_info(undef, 'Twilio', 'Media', '%');
while (my $column = $columns->fetchrow_hashref) {
    print 'column: ', told(@{$column}{qw(COLUMN_NAME TYPE_NAME)}), "\n";
}
print 'key: ', told($db->primary_key(undef, 'Twilio', 'Messages')), "\n";
my @types = $db->type_info([SQL_WVARCHAR, SQL_VARCHAR]);
print "type: $types[0]{TYPE_NAME}\n";

my $messages = $db->prepare(<<'SQL');
    SELECT Sid, Body, Price, DateSent, ErrorCode FROM Messages WHERE DateCreated >= ? AND DateCreated < ? ORDER BY DateCreated
SQL
$messages->bind_param(1, '2023-11-07 00:00:00', SQL_TYPE_TIMESTAMP);
$messages->bind_param(2, '2024-01-01');
$messages->execute;
print 'columns: ', told(@{ $messages->{NAME} }), "\n";
my $by_sid = $messages->fetchall_hashref('Sid');
for my $row (sort { $a->{Body} cmp $b->{Body} } values %$by_sid) {
    print told(@{$row}{qw(Body Price DateSent ErrorCode)}), "\n";
}
print 'found: ', told($db->selectrow_array('SELECT Body FROM Messages WHERE Body LIKE ?', undef, '%year 🎉%')), "\n";

# One statement, several rows: what was made of each is in the statuses.
my $send = $db->prepare('INSERT INTO Messages ([To], Sender, Body) VALUES (?, ?, ?)');
print 'sent: ', $send->execute('+14155550123', '+14155550100', 'Grüße 🎉'), "\n";
print 'is: ', told($db->selectrow_array('SELECT Body FROM Messages WHERE Sid = SCOPE_IDENTITY()')), "\n";
my @numbers = ('+14155550123', '+15005550004', '+14155550124');
my @status;
eval { $send->execute_array({ ArrayTupleStatus => \@status }, \@numbers, '+14155550100', 'Hello'); 1 }
    or print 'of three: ', told(map { ref $_ ? "refused $_->[2]" : $_ } @status), "\n";

# The handler is given the SQLSTATE, the text, and Twilio's error code (0 where the driver refuses). DBI's state is the SQLSTATE.
my $code;
$db->{odbc_err_handler} = sub { $code = $_[2]; 1 };
for my $sql ("INSERT INTO Messages ([To], Sender, Body) VALUES ('+15005550004', '+14155550100', 'Hello')", 'SELECT * FROM Message') {
    eval { $db->do($sql); 1 } or print 'refused: ', told($db->state, $code), "\n";
}

my $all = $db->prepare('SELECT Sid, Price, DateSent FROM Messages');
$all->execute;
my $rows = 0;
while (my $batch = $all->fetchall_arrayref(undef, 500)) {
    $rows += @$batch or last;
}
print "rows: $rows\n";
$db->disconnect;
