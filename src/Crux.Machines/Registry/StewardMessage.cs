using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>One word for many reeves: it is made once, whoever hears it.</summary>
/// <param name="Push">The word.</param>
/// <param name="Streams">Who hears it.</param>
public sealed record StewardMessage(StewardPush Push, ImmutableArray<ulong> Streams);
