using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>A program that makes a group of the hosts it runs on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Port">Where it listens for datagrams.</param>
/// <param name="HasSeed">Whether the first host has to be up before the others.</param>
/// <param name="PrepareAsync">Makes the files that all share, and gives what starts it on a host.</param>
/// <param name="Read">Reads a line of its log.</param>
internal sealed record AgentKind(
    string Name, int Port, bool HasSeed, Func<NetLab, CancellationToken, Task<Func<LabHost, LabProcess>>> PrepareAsync, Func<string, Sighting?> Read);
