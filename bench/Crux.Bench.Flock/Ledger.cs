using System.Text.Json;
using Crux.Machines.Flock;
using Crux.Simulator;

namespace Crux.Bench.Flock;

/// <summary>
/// The runs so far, a line each. Every run is added as it ends, so a bench that is killed leaves what it had, and the next one goes on
/// from there. Runs of other code are left behind.
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
            _runs.AddRange(File.ReadLines(path).Select(Read).OfType<SavedRun>().Where(run => run.Code == Code));
        File.WriteAllLines(path, _runs.Select(run => JsonSerializer.Serialize(run, JsonSerializerOptions.Web)));
    }

    /// <summary>Stands for the machines and the simulator as they were built.</summary>
    public static string Code { get; } = $"{typeof(FlockMachine).Module.ModuleVersionId:N}"[..8] + $"{typeof(FlockSimulation).Module.ModuleVersionId:N}"[..8];

    public IReadOnlyList<SavedRun> Of(string batch)
    {
        lock (_gate)
            return [.. _runs.Where(run => run.Batch == batch).OrderBy(run => run.Seed)];
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
