using System.Text.Json;

namespace Crux.Bench.Flock;

/// <summary>
/// The runs so far, a line each. Every run is added as it ends, so a bench that is killed leaves what it had, and the next one goes on
/// from there. Runs of other code, or of a scenario that has changed, are left behind.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly List<SavedRun> _runs = [];

    public Ledger(string path, bool startsOver)
    {
        _path = path;
        if (!startsOver && File.Exists(path))
            _runs.AddRange(File.ReadLines(path).Select(Read).OfType<SavedRun>().Where(run => run.Code.StartsWith(CodeIdentity.OfSources, StringComparison.Ordinal)));
        File.WriteAllLines(path, _runs.Select(run => JsonSerializer.Serialize(run, JsonSerializerOptions.Web)));
    }

    /// <summary>The runs of a batch that measured all that it measures now, by seed; of two runs of a seed the last.</summary>
    public IReadOnlyList<SavedRun> Of(Batch batch)
    {
        lock (_gate)
        {
            var bySeed = new SortedDictionary<ulong, SavedRun>();
            foreach (var run in _runs)
            {
                if (run.Batch == batch.Key && run.Code == batch.Code && batch.IsMeasuredBy(run))
                    bySeed[run.Seed] = run;
            }
            return [.. bySeed.Values];
        }
    }

    public void Add(SavedRun run)
    {
        lock (_gate)
        {
            _runs.Add(run);
            File.AppendAllText(_path, JsonSerializer.Serialize(run, JsonSerializerOptions.Web) + "\n");
        }
    }

    // The last line of a bench that was killed may be half a line.
    private static SavedRun? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<SavedRun>(line, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
