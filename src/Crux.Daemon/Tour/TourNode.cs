using Crux.Node;

namespace Crux.Daemon.Tour;

/// <summary>One node of the tour and what runs beside it.</summary>
internal sealed class TourNode(string name, NetAddress address, string socket, CruxNode node)
{
    public string Name { get; } = name;

    public NetAddress Address { get; } = address;

    public string Socket { get; } = socket;

    public CruxNode Node { get; } = node;

    public List<GalumphPoint> Points { get; } = [];

    public bool IsUp { get; private set; } = true;

    /// <summary>What the node sees; null while its sockets are not open yet.</summary>
    public GroupSnapshot? View => Node.IsOpen ? Node.View.Current : null;

    /// <summary>The machine's power is cut: services and daemon go at once, with no goodbye.</summary>
    public async Task AbortAsync()
    {
        IsUp = false;
        await Node.AbortAsync();
        await Task.WhenAll(Points.Select(point => point.AbortAsync()));
        Points.Clear();
    }
}
