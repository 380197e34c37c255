namespace Crux.Cli.Json;

/// <summary><c>crux secret replace --json</c>: where the new flock file is; never what is in it.</summary>
internal sealed record SecretReplacedJson(string FlockFile, string Fingerprint, uint Generation, bool Done);
