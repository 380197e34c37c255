namespace Crux.Client.Hosting;

/// <summary>A feature that marks connections accepted by Crux's own listener: both ends proved who they are.</summary>
internal sealed class OwnConnection
{
    public static readonly OwnConnection Instance = new();
}
