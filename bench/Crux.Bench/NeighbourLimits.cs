using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Raises the kernel's table of neighbours for as long as it is held: sixty hosts on one machine share one.</summary>
internal sealed class NeighbourLimits : IDisposable
{
    private static readonly string[] Names = ["gc_thresh1", "gc_thresh2", "gc_thresh3"];

    private readonly List<(string Path, string Text)> _before =
        [.. Names.Select(name => $"/proc/sys/net/ipv4/neigh/default/{name}").Where(File.Exists).Select(path => (path, File.ReadAllText(path)))];

    public NeighbourLimits() => NeighbourTable.Raise();

    public void Dispose()
    {
        foreach (var (path, text) in _before.Where(it => File.ReadAllText(it.Path) != it.Text))
            File.WriteAllText(path, text);
    }
}
