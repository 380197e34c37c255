using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Services.Tests;

internal static class Points
{
    public static Point Of(string instance, int port, string? id = null) => new()
    {
        InstanceId = id ?? $"{instance}@{port}",
        Instance = instance,
        Address = $"0.0.0.0:{port}",
        KeyHash = ByteString.CopyFrom(new byte[32]),
        Status = Status.Serving,
        ValidFor = Duration.FromTimeSpan(TimeSpan.FromSeconds(15)),
    };
}
