using System.Security.Cryptography;

namespace Crux.Services.Tests;

internal static class Members
{
    public static Member Of(string name, ECDsa key, uint address = 0x7F000001) => new()
    {
        Id = NodeId.FromPublicKey(key.ExportSubjectPublicKeyInfo()),
        Name = name,
        Address = NetAddress.V4(address, 23123),
        Incarnation = 1,
        Rack = "r1",
    };
}
