using Crux.Machines.Health;
using Crux.Services.Health;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Crux.Services.Tests.Health;

public sealed class HealthKeeperTests : IDisposable
{
    private static readonly HealthSubject Galumph = new(InstanceName.Parse("galumph2_3"), new NodeId(1, 2));

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(1));
    private readonly MemoryJournal _journal = new();
    private readonly HealthminderMachine _machine = New();

    [Fact]
    public async Task What_is_noted_is_written_at_once_and_read_again_as_the_same_history()
    {
        await using (var keeper = Start(out _))
        {
            Note(keeper, HealthRecordKind.There, HealthState.Up);
            await UntilAsync(() => _journal.Count == 1);
            Note(keeper, HealthRecordKind.Gone, HealthState.Down);
        }

        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(_machine.Export().Histories[0].Changes, Kept());
        Assert.Equal(now, _journal.Read().Max(entry => entry.AtUnixMs));
        Assert.True(_journal.Flushes > 0);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_once_there_is_room_all_of_it_is_kept()
    {
        await using var keeper = Start(out var reporter);
        _journal.IsFull = true;
        Note(keeper, HealthRecordKind.There, HealthState.Up);
        await UntilAsync(() => keeper.Problem is not null);
        Assert.Equal("No space left on device", keeper.Problem);
        Note(keeper, HealthRecordKind.Gone, HealthState.Down);

        _journal.IsFull = false;
        await UntilAsync(() => keeper.Problem is null, HealthKeeper.RetryPause);

        Assert.Equal(2, Kept().Length);
        reporter.Dispose();
    }

    [Fact]
    public async Task A_journal_that_has_grown_is_begun_anew_and_says_the_same()
    {
        await using var keeper = Start(out _);
        var reason = new string('x', 400);
        var noted = 2 * HealthKeeper.LeastAddedBytes / reason.Length;
        for (var i = 0; i < noted; i++)
            Note(keeper, i % 2 == 0 ? HealthRecordKind.There : HealthRecordKind.Gone, i % 2 == 0 ? HealthState.Up : HealthState.Down, reason);
        await UntilAsync(() => _journal.WholeBytes > 0, HealthKeeper.FlushPeriod);

        Assert.Equal(_machine.ChangeCount, Kept().Length);
        Assert.True(_journal.Count < noted);
    }

    [Fact]
    public async Task Another_book_takes_the_place_of_what_was_kept()
    {
        await using var keeper = Start(out _);
        Note(keeper, HealthRecordKind.There, HealthState.Up);
        await UntilAsync(() => _journal.Count == 1);
        _machine.Adopt(new HealthBook(9, 40, 5, [new HealthHistory(Galumph, "node1", [], false, null, [new(5, HealthState.Left, "said goodbye")])]));

        keeper.Renew();

        await UntilAsync(() => _journal.WholeBytes > 0);
        Assert.Equal("said goodbye", Kept()[0].Reason);
    }

    [Fact]
    public void What_is_remembered_takes_its_words_once_however_often_they_were_said()
    {
        var histories = Enumerable.Range(1, 3_000).Select(node => new HealthHistory(
            new(InstanceName.Parse($"galumph2_{node % 7}"), new NodeId(1, (ulong)node)), $"node{node}", [new("i", HealthState.Down)], false, null,
            [new(5, HealthState.Up, ""), new(6, HealthState.Down, new string('x', 100)), new(7, HealthState.Up, ""), new(8, HealthState.Down, new string('x', 100))]));
        var parts = HealthBookShape.ToParts(new HealthBook(9, 40, 5, [.. histories])).Select(part => new KeptHealth(9, part.ToByteArray())).ToList();
        Assert.True(parts.Count > 2);
        _journal.Replace(parts);

        var again = New();
        Assert.True(KeptBook.TryRead(_journal, again));

        var read = again.Export().Histories;
        Assert.Equal(histories.Select(history => history.Changes.Add(new(9, HealthState.Unknown, "nobody kept the record"))), read.OrderBy(history => history.Subject.Node).Select(history => history.Changes));
        Assert.Single(read.SelectMany(history => history.Changes).Where(change => change.State == HealthState.Down).Select(change => change.Reason).Distinct<object>(ReferenceEqualityComparer.Instance));
        Assert.Equal(7, read.Select(history => history.Subject.Instance).Distinct<object>(ReferenceEqualityComparer.Instance).Count());
        Assert.Equal((40ul, 5L), (again.Sequence, again.SinceUnixMs));
    }

    public void Dispose() => _journal.Dispose();

    // Read again, and ended where the journal ends: without that end.
    private System.Collections.Immutable.ImmutableArray<HealthChange> Kept()
    {
        var again = New();
        Assert.True(KeptBook.TryRead(_journal, again));
        var changes = again.Export().Histories[0].Changes;
        return changes[^1].Reason == "nobody kept the record" ? changes[..^1] : changes;
    }

    private static HealthminderMachine New() => new(1, "demo", new());

    private HealthKeeper Start(out HealthminderReporter reporter)
    {
        reporter = new HealthminderReporter(NullLoggerFactory.Instance, () => 0, () => 0);
        var keeper = new HealthKeeper(_journal, _time, reporter, _ => Task.FromResult(Export()), () => true);
        keeper.Start(hasBegun: false);
        return keeper;
    }

    private HealthBook Export()
    {
        lock (_machine)
            return _machine.Export();
    }

    private void Note(HealthKeeper keeper, HealthRecordKind kind, HealthState state, string reason = "")
    {
        HealthRecord record;
        lock (_machine)
        {
            record = new HealthRecord(_machine.Sequence + 1, 1000 * (long)(_machine.Sequence + 1), Galumph, "node1", "i", kind, state, reason);
            Assert.True(_machine.Take(record));
        }
        keeper.Note(record);
    }

    private async Task UntilAsync(Func<bool> holds, TimeSpan step = default)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (step > TimeSpan.Zero)
                _time.Advance(step);
            await Task.Yield();
        }
    }
}
