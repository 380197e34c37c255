namespace Crux.Cli.Json;

/// <summary>A node that an order names.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">As the node that was asked knows it; empty where it does not.</param>
internal sealed record OrderedNodeJson(string Id, string Name);
