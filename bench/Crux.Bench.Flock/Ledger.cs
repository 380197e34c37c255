using System.Text.Json;

namespace Crux.Bench.Flock;

/// <summary>
/// The runs so far, a line each. Every run is added as it ends, so a bench that is killed leaves what it had, and the next one goes on
/// from there. Runs of a scenario that has changed don't count. Those of the code before this one are kept until there are some of a
/// third, so that <see cref="Succession"/> can carry them over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly string _sources;
    private readonly List<SavedRun> _runs = [];
    private readonly List<CarryOver> _carried = [];

    /// <summary>Opens it.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="startsOver">Whether to forget all that it holds.</param>
    /// <param name="sources">Stands for the code whose runs count; see <see cref="CodeIdentity.OfSources"/>.</param>
    public Ledger(string path, bool startsOver, string sources)
    {
        (_path, _sources) = (path, sources);
        if (!startsOver && File.Exists(path))
            ReadAll(File.ReadLines(path));
        Former = _runs.FindLast(run => !IsOf(sources, run)) is { } last ? last.Code.Split('-')[0] : null;
        _runs.RemoveAll(run => !IsOf(sources, run) && !IsOf(Former!, run));
        _carried.RemoveAll(it => it.To != sources && it.To != Former);
        WriteAll();
    }

    /// <summary>The code of the runs that can be carried over; null where there are none.</summary>
    public string? Former { get; private set; }

    /// <summary>What the runs of this code rest on beside themselves, first things first.</summary>
    public IReadOnlyList<CarryOver> Carried
    {
        get
        {
            lock (_gate)
                return [.. _carried.Where(it => it.To == _sources)];
        }
    }

    /// <summary>The runs of a batch that measured all that it measures now, by seed; of two runs of a seed the last.</summary>
    public IReadOnlyList<SavedRun> Of(Batch batch) => Find(batch, batch.Code);

    /// <summary>The same under the former code, of those whose trace was kept.</summary>
    public IReadOnlyList<SavedRun> FormerOf(Batch batch) =>
        Former is null ? [] : [.. Find(batch, batch.Code.Replace(_sources, Former, StringComparison.Ordinal)).Where(run => run.Trace is not null)];

    public void Add(SavedRun run)
    {
        lock (_gate)
        {
            _runs.Add(run);
            File.AppendAllText(_path, JsonSerializer.Serialize(run, JsonSerializerOptions.Web) + "\n");
        }
    }

    /// <summary>Makes former runs runs of this code, and forgets the former code.</summary>
    public void Adopt(CarryOver carried, IEnumerable<SavedRun> runs)
    {
        lock (_gate)
        {
            // What ran under this code itself counts for more: it stays last.
            _runs.InsertRange(0, runs.Select(run => run with { Code = run.Code.Replace(carried.Carried, _sources, StringComparison.Ordinal), RanUnder = run.RanUnder ?? carried.Carried }).ToList());
            _runs.RemoveAll(run => !IsOf(_sources, run));
            // What the former rested on, this rests on too.
            for (var i = 0; i < _carried.Count; i++)
                _carried[i] = _carried[i] with { To = _sources };
            _carried.Add(carried);
            Former = null;
            WriteAll();
        }
    }

    private List<SavedRun> Find(Batch batch, string code)
    {
        lock (_gate)
        {
            var bySeed = new SortedDictionary<ulong, SavedRun>();
            foreach (var run in _runs)
            {
                if (run.Batch == batch.Key && run.Code == code && batch.IsMeasuredBy(run))
                    bySeed[run.Seed] = run;
            }
            return [.. bySeed.Values];
        }
    }

    private static bool IsOf(string sources, SavedRun run) => run.Code.StartsWith(sources + "-", StringComparison.Ordinal);

    // Through a file beside it: whoever is killed meanwhile must not lose hours.
    private void WriteAll()
    {
        var beside = _path + ".new";
        File.WriteAllLines(
            beside, _carried.Select(it => JsonSerializer.Serialize(it, JsonSerializerOptions.Web)).Concat(_runs.Select(run => JsonSerializer.Serialize(run, JsonSerializerOptions.Web))));
        File.Move(beside, _path, overwrite: true);
    }

    private void ReadAll(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(CarryOver.Beginning, StringComparison.Ordinal))
                _carried.AddRange(Read<CarryOver>(line));
            else
                _runs.AddRange(Read<SavedRun>(line));
        }
    }

    // The last line of a bench that was killed may be half a line.
    private static IEnumerable<T> Read<T>(string line) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web) is { } read ? [read] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
