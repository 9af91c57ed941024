/// Class names and colors, a line each: `name RRGGBB`. They are those of mmsegmentation's data sets (Apache-2.0), and of IGN's FLAIR-1 (Etalab
/// open license 2.0).
extension KnownDataset {
  static let tables: [(names: [String], table: String)] = [
    (
      names: ["cityscapes"],
      table: """
      road 804080
      sidewalk F423E8
      building 464646
      wall 66669C
      fence BE9999
      pole 999999
      traffic light FAAA1E
      traffic sign DCDC00
      vegetation 6B8E23
      terrain 98FB98
      sky 4682B4
      person DC143C
      rider FF0000
      car 00008E
      truck 000046
      bus 003C64
      train 005064
      motorcycle 0000E6
      bicycle 770B20
      """
    ),
    (
      names: ["ade", "ade20k"],
      table: """
      wall 787878
      building B47878
      sky 06E6E6
      floor 503232
      tree 04C803
      ceiling 787850
      road 8C8C8C
      bed CC05FF
      windowpane E6E6E6
      grass 04FA07
      cabinet E005FF
      sidewalk EBFF07
      person 96053D
      earth 787846
      door 08FF33
      table FF0652
      mountain 8FFF8C
      plant CCFF04
      curtain FF3307
      chair CC4603
      car 0066C8
      water 3DE6FA
      painting FF0633
      sofa 0B66FF
      shelf FF0747
      house FF09E0
      sea 0907E6
      mirror DCDCDC
      rug FF095C
      field 7009FF
      armchair 08FFD6
      seat 07FFE0
      fence FFB806
      desk 0AFF47
      rock FF290A
      wardrobe 07FFFF
      lamp E0FF08
      bathtub 6608FF
      railing FF3D06
      cushion FFC207
      base FF7A08
      box 00FF14
      column FF0829
      signboard FF0599
      chest of drawers 0633FF
      counter EB0CFF
      sand A09614
      sink 00A3FF
      skyscraper 8C8C8C
      fireplace FA0A0F
      refrigerator 14FF00
      grandstand 1FFF00
      path FF1F00
      stairs FFE000
      runway 99FF00
      case 0000FF
      pool table FF4700
      pillow 00EBFF
      screen door 00ADFF
      stairway 1F00FF
      river 0BC8C8
      bridge FF5200
      bookcase 00FFF5
      blind 003DFF
      coffee table 00FF70
      toilet 00FF85
      flower FF0000
      book FFA300
      hill FF6600
      bench C2FF00
      countertop 008FFF
      stove 33FF00
      palm 0052FF
      kitchen island 00FF29
      computer 00FFAD
      swivel chair 0A00FF
      boat ADFF00
      bar 00FF99
      arcade machine FF5C00
      hovel FF00FF
      bus FF00F5
      towel FF0066
      light FFAD00
      truck FF0014
      tower FFB8B8
      chandelier 001FFF
      awning 00FF3D
      streetlight 0047FF
      booth FF00CC
      television receiver 00FFC2
      airplane 00FF52
      dirt track 000AFF
      apparel 0070FF
      pole 3300FF
      land 00C2FF
      bannister 007AFF
      escalator 00FFA3
      ottoman FF9900
      bottle 00FF0A
      buffet FF7000
      poster 8FFF00
      stage 5200FF
      van A3FF00
      ship FFEB00
      fountain 08B8AA
      conveyer belt 8500FF
      canopy 00FF5C
      washer B800FF
      plaything FF001F
      swimming pool 00B8FF
      stool 00D6FF
      barrel FF0070
      basket 5CFF00
      waterfall 00E0FF
      tent 70E0FF
      bag 46B8A0
      minibike A300FF
      cradle 9900FF
      oven 47FF00
      ball FF00A3
      food FFCC00
      step FF008F
      tank 00FFEB
      trade name 85FF00
      microwave FF00EB
      pot F500FF
      animal FF007A
      bicycle FFF500
      lake 0ABED4
      dishwasher D6FF00
      screen 00CCFF
      blanket 1400FF
      sculpture FFFF00
      hood 0099FF
      sconce 0029FF
      vase 00FFCC
      traffic light 2900FF
      tray 29FF00
      ashcan AD00FF
      fan 00F5FF
      pier 4700FF
      crt screen 7A00FF
      plate 00FFB8
      monitor 005CFF
      bulletin board B8FF00
      shower 0085FF
      radiator FFD600
      glass 19C2C2
      clock 66FF00
      flag 5C00FF
      """
    ),
    (
      names: ["voc", "pascal_voc", "voc12", "pascalvoc"],
      table: """
      background 000000
      aeroplane 800000
      bicycle 008000
      bird 808000
      boat 000080
      bottle 800080
      bus 008080
      car 808080
      cat 400000
      chair C00000
      cow 408000
      diningtable C08000
      dog 400080
      horse C00080
      motorbike 408080
      person C08080
      pottedplant 004000
      sheep 804000
      sofa 00C000
      train 80C000
      tvmonitor 004080
      """
    ),
    (
      names: ["pcontext", "pascal_context", "pascal_context_59", "voc2010"],
      table: """
      aeroplane B47878
      bag 06E6E6
      bed 503232
      bedclothes 04C803
      bench 787850
      bicycle 8C8C8C
      bird CC05FF
      boat E6E6E6
      book 04FA07
      bottle E005FF
      building EBFF07
      bus 96053D
      cabinet 787846
      car 08FF33
      cat FF0652
      ceiling 8FFF8C
      chair CCFF04
      cloth FF3307
      computer CC4603
      cow 0066C8
      cup 3DE6FA
      curtain FF0633
      dog 0B66FF
      door FF0747
      fence FF09E0
      floor 0907E6
      flower DCDCDC
      food FF095C
      grass 7009FF
      ground 08FFD6
      horse 07FFE0
      keyboard FFB806
      light 0AFF47
      motorbike FF290A
      mountain 07FFFF
      mouse E0FF08
      person 6608FF
      plate FF3D06
      platform FFC207
      pottedplant FF7A08
      road 00FF14
      rock FF0829
      sheep FF0599
      shelves 0633FF
      sidewalk EB0CFF
      sign A09614
      sky 00A3FF
      snow 8C8C8C
      sofa FA0A0F
      table 14FF00
      track 1FFF00
      train FF1F00
      tree FFE000
      truck 99FF00
      tvmonitor 0000FF
      wall FF4700
      water 00EBFF
      window 00ADFF
      wood 1F00FF
      """
    ),
    (
      names: ["loveda"],
      table: """
      background FFFFFF
      building FF0000
      road FFFF00
      water 0000FF
      barren 9F81B7
      forest 00FF00
      agricultural FFC380
      """
    ),
    (
      names: ["potsdam"],
      table: """
      impervious_surface FFFFFF
      building 0000FF
      low_vegetation 00FFFF
      tree 00FF00
      car FFFF00
      clutter FF0000
      """
    ),
    (
      names: ["vaihingen", "isprs"],
      table: """
      impervious_surface FFFFFF
      building 0000FF
      low_vegetation 00FFFF
      tree 00FF00
      car FFFF00
      clutter FF0000
      """
    ),
    (
      names: ["cocostuff", "coco_stuff", "cocostuff164k", "coco_stuff164k"],
      table: """
      person 00C040
      bicycle 00C040
      car 004060
      motorcycle 80C0C0
      airplane 004040
      bus 00C0E0
      train 00C0C0
      truck 80C040
      boat 00C060
      traffic light 80C040
      fire hydrant 8020C0
      stop sign 0000E0
      parking meter 000040
      bench 00A0C0
      bird 800060
      cat 8000C0
      dog 0020C0
      horse 8080E0
      sheep 0000C0
      cow 80A0C0
      elephant 808000
      bear 800020
      zebra 802000
      giraffe 800080
      backpack 408020
      umbrella 00A000
      handbag 000000
      tie C080A0
      suitcase 002000
      frisbee 008080
      skis 4080A0
      snowboard 80A000
      sports ball 008000
      kite C08020
      baseball bat 806080
      baseball glove 000080
      skateboard 400020
      surfboard 00E080
      tennis racket 800000
      bottle C000A0
      wine glass 006080
      cup 808080
      fork 4000A0
      knife 80E080
      spoon 808040
      bowl C00020
      banana 806000
      apple 8000C0
      sandwich 008020
      orange 40E000
      broccoli 000040
      carrot 8080A0
      hot dog 406000
      pizza 0080C0
      donut 0080A0
      cake C0E000
      chair 008040
      couch 808020
      potted plant C02080
      bed 0040C0
      dining table 000020
      toilet 40A080
      tv 804040
      laptop 8000A0
      mouse 402080
      remote 80C0C0
      keyboard 0000A0
      cell phone C0A080
      microwave 80C000
      oven 800060
      toaster C02000
      sink 804080
      refrigerator 408060
      book 40A000
      clock 004000
      vase C080E0
      scissors 402000
      teddy bear 00C080
      hair drier 4080E0
      toothbrush C0A000
      banner 00C000
      blanket C08060
      branch C06080
      bridge 004080
      building-other 400060
      bush 40E080
      cabinet 804000
      cage C000E0
      cardboard 406080
      carpet 80C080
      ceiling-other 4000E0
      ceiling-tile C0E080
      cloth 80C040
      clothes C00060
      clouds C06000
      counter 8040C0
      cupboard 008060
      curtain 00E000
      desk-stuff 404040
      dirt 8080E0
      door-stuff 006000
      fence 40C0C0
      floor-marble 0080E0
      floor-other 80E000
      floor-stone 40C040
      floor-tile 808060
      floor-wood 802080
      flower 4000C0
      fog 004060
      food-other 00A080
      fruit C00040
      furniture-other 8040E0
      grass 002080
      gravel C080C0
      ground-other 0040E0
      hill 80A080
      house C08000
      leaves 804020
      light 802040
      mat C00080
      metal 40C020
      mirror-stuff 00A040
      moss 400000
      mountain C0C0A0
      mud 002040
      napkin 408080
      net 40C0A0
      paper 80A040
      pavement 408000
      pillow C0C020
      plant-other 8060C0
      plastic 400080
      platform 404020
      playingfield 00E0C0
      railing C00000
      railroad C040A0
      river 0060C0
      road C08080
      rock 4040A0
      roof 80E0C0
      rug C08040
      salad C04020
      sand 806040
      sea C000C0
      shelf 00C020
      sky-other 40E040
      skyscraper 400040
      snow 80C0A0
      solid-other 406040
      stairs 4080C0
      stone 00C0A0
      straw C0E040
      structural-other 408040
      table 80C020
      tent C020C0
      textile-other 4040C0
      towel 004020
      tree 40A0C0
      vegetable C04040
      wall-brick 8040A0
      wall-concrete 4020C0
      wall-other C0C0C0
      wall-panel 0040A0
      wall-stone C0A0C0
      wall-tile C0C000
      wall-wood 804060
      water-other C02040
      waterdrops C04080
      window-blind 40C060
      window-other 40A040
      wood 404000
      """
    ),
    (
      names: ["isaid"],
      table: """
      background 000000
      ship 00003F
      store_tank 003F3F
      baseball_diamond 003F00
      tennis_court 003F7F
      basketball_court 003FBF
      Ground_Track_Field 003FFF
      Bridge 007F3F
      Large_Vehicle 007F7F
      Small_Vehicle 00007F
      Helicopter 0000BF
      Swimming_pool 0000FF
      Roundabout 00BF7F
      Soccer_ball_field 007FBF
      plane 007FFF
      Harbor 00649B
      """
    ),
    (
      names: ["stare"],
      table: """
      background 787878
      vessel 06E6E6
      """
    ),
    (
      names: ["mapillary_v1", "mapillary"],
      table: """
      Bird A52A2A
      Ground Animal 00C000
      Curb C4C4C4
      Fence BE9999
      Guard Rail B4A5B4
      Barrier 5A7896
      Wall 66669C
      Bike Lane 8040FF
      Crosswalk - Plain 8C8CC8
      Curb Cut AAAAAA
      Parking FAAAA0
      Pedestrian Area 606060
      Rail Track E6968C
      Road 804080
      Service Lane 6E6E6E
      Sidewalk F423E8
      Bridge 966464
      Building 464646
      Tunnel 96785A
      Person DC143C
      Bicyclist FF0000
      Motorcyclist FF0064
      Other Rider FF00C8
      Lane Marking - Crosswalk C88080
      Lane Marking - General FFFFFF
      Mountain 40AA40
      Sand E6A032
      Sky 4682B4
      Snow BEFFFF
      Terrain 98FB98
      Vegetation 6B8E23
      Water 00AA1E
      Banner FFFF80
      Bench FA001E
      Bike Rack 648CB4
      Billboard DCDCDC
      Catch Basin DC8080
      CCTV Camera DE2828
      Fire Hydrant 64AA1E
      Junction Box 282828
      Mailbox 212121
      Manhole 6480A0
      Phone Booth 8E0000
      Pothole 466496
      Street Light D2AA64
      Pole 999999
      Traffic Sign Frame 808080
      Utility Pole 000050
      Traffic Light FAAA1E
      Traffic Sign (Back) C0C0C0
      Traffic Sign (Front) DCDC00
      Trash Can 8C8C14
      Bicycle 770B20
      Boat 9600FF
      Bus 003C64
      Car 00008E
      Caravan 00005A
      Motorcycle 0000E6
      On Rails 005064
      Other Vehicle 804040
      Trailer 00006E
      Truck 000046
      Wheeled Slow 0000C0
      Car Mount 202020
      Ego Vehicle 780A0A
      Unlabeled 000000
      """
    ),
    (
      names: ["mapillary_v2"],
      table: """
      Bird A52A2A
      Ground Animal 00C000
      Ambiguous Barrier FAAA1F
      Concrete Block FAAA20
      Curb C4C4C4
      Fence BE9999
      Guard Rail B4A5B4
      Barrier 5A7896
      Road Median FAAA21
      Road Side FAAA22
      Lane Separator 808080
      Temporary Barrier FAAA23
      Wall 66669C
      Bike Lane 8040FF
      Crosswalk - Plain 8C8CC8
      Curb Cut AAAAAA
      Driveway FAAA24
      Parking FAAAA0
      Parking Aisle FAAA25
      Pedestrian Area 606060
      Rail Track E6968C
      Road 804080
      Road Shoulder 6E6E6E
      Service Lane 6E6E6E
      Sidewalk F423E8
      Traffic Island 80C480
      Bridge 966464
      Building 464646
      Garage 969696
      Tunnel 96785A
      Person DC143C
      Person Group DC143C
      Bicyclist FF0000
      Motorcyclist FF0064
      Other Rider FF00C8
      Lane Marking - Dashed Line FFFFFF
      Lane Marking - Straight Line FFFFFF
      Lane Marking - Zigzag Line FAAA1D
      Lane Marking - Ambiguous FAAA1C
      Lane Marking - Arrow (Left) FAAA1A
      Lane Marking - Arrow (Other) FAAA19
      Lane Marking - Arrow (Right) FAAA18
      Lane Marking - Arrow (Split Left or Straight) FAAA16
      Lane Marking - Arrow (Split Right or Straight) FAAA15
      Lane Marking - Arrow (Straight) FAAA14
      Lane Marking - Crosswalk FFFFFF
      Lane Marking - Give Way (Row) FAAA13
      Lane Marking - Give Way (Single) FAAA12
      Lane Marking - Hatched (Chevron) FAAA0C
      Lane Marking - Hatched (Diagonal) FAAA0B
      Lane Marking - Other FFFFFF
      Lane Marking - Stop Line FFFFFF
      Lane Marking - Symbol (Bicycle) FAAA10
      Lane Marking - Symbol (Other) FAAA0F
      Lane Marking - Text FAAA0F
      Lane Marking (only) - Dashed Line FFFFFF
      Lane Marking (only) - Crosswalk FFFFFF
      Lane Marking (only) - Other FFFFFF
      Lane Marking (only) - Test FFFFFF
      Mountain 40AA40
      Sand E6A032
      Sky 4682B4
      Snow BEFFFF
      Terrain 98FB98
      Vegetation 6B8E23
      Water 00AA1E
      Banner FFFF80
      Bench FA001E
      Bike Rack 648CB4
      Catch Basin DC8080
      CCTV Camera DE2828
      Fire Hydrant 64AA1E
      Junction Box 282828
      Mailbox 212121
      Manhole 6480A0
      Parking Meter 1414FF
      Phone Booth 8E0000
      Pothole 466496
      Signage - Advertisement FAAB1E
      Signage - Ambiguous FAAC1E
      Signage - Back FAAD1E
      Signage - Information FAAE1E
      Signage - Other FAAF1E
      Signage - Store FAB01E
      Street Light D2AA64
      Pole 999999
      Pole Group 999999
      Traffic Sign Frame 808080
      Utility Pole 000050
      Traffic Cone D23C3C
      Traffic Light - General (Single) FAAA1E
      Traffic Light - Pedestrians FAAA1E
      Traffic Light - General (Upright) FAAA1E
      Traffic Light - General (Horizontal) FAAA1E
      Traffic Light - Cyclists FAAA1E
      Traffic Light - Other FAAA1E
      Traffic Sign - Ambiguous C0C0C0
      Traffic Sign (Back) C0C0C0
      Traffic Sign - Direction (Back) C0C0C0
      Traffic Sign - Direction (Front) DCDC00
      Traffic Sign (Front) DCDC00
      Traffic Sign - Parking 0000C4
      Traffic Sign - Temporary (Back) C0C0C0
      Traffic Sign - Temporary (Front) DCDC00
      Trash Can 8C8C14
      Bicycle 770B20
      Boat 9600FF
      Bus 003C64
      Car 00008E
      Caravan 00005A
      Motorcycle 0000E6
      On Rails 005064
      Other Vehicle 804040
      Trailer 00006E
      Truck 000046
      Vehicle Group 00008E
      Wheeled Slow 0000C0
      Water Valve AAAAAA
      Car Mount 202020
      Dynamic 6F4A00
      Ego Vehicle 780A0A
      Ground 510051
      Static 6F6F00
      Unlabeled 000000
      """
    ),
    (
      names: ["bdd100k"],
      table: """
      road 804080
      sidewalk F423E8
      building 464646
      wall 66669C
      fence BE9999
      pole 999999
      traffic light FAAA1E
      traffic sign DCDC00
      vegetation 6B8E23
      terrain 98FB98
      sky 4682B4
      person DC143C
      rider FF0000
      car 00008E
      truck 000046
      bus 003C64
      train 005064
      motorcycle 0000E6
      bicycle 770B20
      """
    ),
    (
      names: ["flair", "flair1"],
      table: """
      building DB0E9A
      pervious surface 938E7B
      impervious surface F80C00
      bare soil A97101
      water 1553AE
      coniferous 194A26
      deciduous 46E483
      brushwood F3A60D
      vineyard 660082
      herbaceous vegetation 55FF00
      agricultural land FFF30D
      plowed land E4DF7C
      swimming pool 3DE6EB
      snow FFFFFF
      clear cut 8AB3A0
      mixed 6B714F
      ligneous C5DC42
      greenhouse 9999FF
      other 000000
      """
    ),
  ]
}
